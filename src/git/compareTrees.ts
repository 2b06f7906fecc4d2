/** What differs between two states of the code, and the content of one file in one of them. */
import { splitNul, bytePathText, type BytePath } from './bytePath.ts';
import { notARepository, objectMissing } from './errors.ts';
import { findRepository } from './findRepository.ts';
import { runGit, type GitContext } from './runGit.ts';

export interface ChangedFile {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** Of a renamed file: where it was. */
  readonly oldPath?: string;
  /** `A` added, `D` deleted, `M` changed, `T` another type, `R` renamed. */
  readonly status: string;
  /** Git's modes as octal text; `000000` where the file is absent. */
  readonly oldMode: string;
  readonly newMode: string;
  /** Blob ids, all zeros where the file is absent. */
  readonly oldId: string;
  readonly newId: string;
}

export interface Comparison {
  /** Any folder of the repository. */
  readonly root: string;
  /** Trees or commits. */
  readonly from: string;
  readonly to: string;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Sorted by path, renames found. Rejects with `object-missing` when one of the two is gone. */
export async function compareTrees(comparison: Comparison): Promise<ChangedFile[]> {
  const { from, to } = comparison;
  const context = await contextOf(comparison);
  const files = await diffTrees(context, from, to, ['-M']).catch((error: unknown) => {
    comparison.signal?.throwIfAborted();
    throw objectMissing(`${from} or ${to}`, error);
  });
  return files.map(({ path, oldPath, ...rest }) => ({
    path: bytePathText(path),
    ...(oldPath === undefined ? {} : { oldPath: bytePathText(oldPath) }),
    ...rest,
  }));
}

/** The bytes of one file as git stores them. `path` relative to the root. Rejects with `object-missing`. */
export async function readBlob(request: {
  readonly root: string;
  /** A tree or commit. */
  readonly tree: string;
  readonly path: string;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
}): Promise<Buffer> {
  const context = await contextOf(request);
  const what = `${request.tree}:${request.path}`;
  const outcome = await runGit(context, ['cat-file', 'blob', what], { tolerant: true });
  if (outcome.exitCode !== 0) throw objectMissing(what);
  return outcome.stdout;
}

/** The same as {@link compareTrees} inside this room: paths are bytes, and `options` go to `git diff-tree`. */
export async function diffTrees(
  context: GitContext,
  from: string,
  to: string,
  options: readonly string[] = ['--no-renames'],
): Promise<(ChangedFile & { readonly path: BytePath })[]> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--ignore-submodules=none', ...options];
  const { stdout } = await runGit(context, [...args, `${from}^{tree}`, `${to}^{tree}`]);
  const fields = splitNul(stdout);
  const files: (ChangedFile & { readonly path: BytePath })[] = [];
  for (let at = 0; at < fields.length;) {
    const [oldMode = '', newMode = '', oldId = '', newId = '', letter = ''] = (fields[at++] ?? '')
      .slice(1)
      .split(' ');
    const status = letter[0] ?? 'M';
    const oldPath = status === 'R' || status === 'C' ? fields[at++] : undefined;
    const path = fields[at++] ?? '';
    files.push({
      path,
      ...(oldPath === undefined ? {} : { oldPath }),
      status,
      oldMode,
      newMode,
      oldId,
      newId,
    });
  }
  return files;
}

async function contextOf(request: {
  readonly root: string;
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
}): Promise<GitContext> {
  const { root, signal, environment = process.env } = request;
  const repository = await findRepository(root, environment);
  if (repository === undefined) throw notARepository(root);
  return { repository, environment, signal };
}
