/** Which files differ between two commits, and the texts of those that are asked for: two processes of git in all. */
import { bytePathText, splitNul, type BytePath } from '../../git/bytePath.ts';
import type { Repository } from '../../git/findRepository.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';

export interface ChangedBlob {
  /** Relative to the top, forward slashes. */
  readonly path: string;
  readonly bytePath: BytePath;
  /** Blob ids; undefined where the side has no regular file there. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** A side without a commit has no files. Rejects when git does, as for a commit that is not there. */
export async function changedBlobs(
  context: GitContext,
  repository: Repository,
  sides: { readonly from: string | undefined; readonly to: string | undefined },
): Promise<ChangedBlob[]> {
  const empty = emptyTrees[repository.idBytes];
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--end-of-options'];
  const { stdout } = await runGit(context, [...args, sides.from ?? empty, sides.to ?? empty, '--']);
  const fields = splitNul(stdout);
  const changed: ChangedBlob[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, oldMode = '', newMode = '', oldId, newId] =
      /^:(\d+) (\d+) (\w+) (\w+) /.exec(fields[at] ?? '') ?? [];
    const bytePath = fields[at + 1] ?? '';
    changed.push({
      ...{ path: bytePathText(bytePath), bytePath },
      from: oldMode.startsWith('100') ? oldId : undefined,
      to: newMode.startsWith('100') ? newId : undefined,
    });
  }
  return changed;
}

/** Names of git for a tree without files; git knows them without storing them. */
const emptyTrees = {
  20: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  32: '6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321',
} as const;

/** @param names Blob ids, or `<commit>:<path>`. Name → text; what is not there or too large to be a pin is left out. */
export async function blobTexts(
  context: GitContext,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const wanted = [...new Set(names)].filter(name => !/[\n\r]/.test(name));
  if (wanted.length === 0) return texts;
  const input = wanted.map(name => `${name}\n`).join('');
  const { stdout } = await runGit(context, ['cat-file', '--batch'], { input });
  let at = 0;
  for (const name of wanted) {
    const lineEnd = stdout.indexOf(10, at);
    if (lineEnd < 0) break;
    const head = stdout.toString('latin1', at, lineEnd);
    at = lineEnd + 1;
    const size = /^\w+ (\w+) (\d+)$/.exec(head);
    if (size === null) continue;
    const length = Number(size[2]);
    if (size[1] === 'blob' && length <= pinLimit) texts.set(name, stdout.toString('utf8', at, at + length));
    at += length + 1;
  }
  return texts;
}

const pinLimit = 64 * 1024 * 1024;
