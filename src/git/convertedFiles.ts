/**
 * Finds the files whose bytes on disk differ from what git stores for them, through line endings, filters or
 * encodings, and holds their bytes as they are in blobs of their own. Costs nothing where no attribute or setting
 * can convert anything.
 */
import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SnapshotGap } from '../runs/plan.ts';
import { absolutePath, bytePathText, joinNul, recordedPath, splitNul, type BytePath } from './bytePath.ts';
import type { Repository } from './findRepository.ts';
import { readIndexFile, type IndexEntry } from './indexFile.ts';
import { runGit, type GitContext } from './runGit.ts';
import type { SnapshotBudget } from './snapshotLimits.ts';

export interface ConversionTask {
  /** With the temporary index, already brought up to date. */
  readonly context: GitContext & { readonly indexFile: string };
  readonly repository: Repository;
  readonly settings: ReadonlyMap<string, string>;
  readonly budget: SnapshotBudget;
  /** Every file that could be a `.gitattributes`: the tracked and the new ones. */
  readonly paths: Iterable<BytePath>;
}

/** The files that were found, each as a gap whose `blob` holds the bytes, if they fit. Rejects when git fails. */
export async function holdConvertedFiles(task: ConversionTask): Promise<SnapshotGap[]> {
  const { context, repository, budget } = task;
  const possible = await possibleConversions(task);
  if (!possible.lineEndings && !possible.filters) return [];
  const bytes = await readFile(context.indexFile).catch(() => undefined);
  const index = bytes === undefined ? undefined : readIndexFile(bytes, repository.idBytes);
  const files = (index?.entries ?? []).filter(entry => (entry.mode & 0o170000) === 0o100000);
  const suspects = new Map<string, IndexEntry>();
  if (possible.lineEndings) {
    const sizes = await storedSizes(context, files);
    files.forEach((file, at) => {
      // Every change of line endings changes the size; a size of 0 says that git itself does not trust the entry.
      if (file.size !== (sizes[at] ?? 0) % 2 ** 32) suspects.set(file.path, file);
    });
  }
  if (possible.filters)
    for (const file of await filesWithFilters(context, files)) suspects.set(file.path, file);
  return holdDifferent(context, budget, [...suspects.values()]);
}

interface Conversions {
  readonly lineEndings: boolean;
  readonly filters: boolean;
}

async function possibleConversions(task: ConversionTask): Promise<Conversions> {
  const { context, repository, settings } = task;
  const environment = context.environment ?? process.env;
  const home = environment['HOME'] ?? homedir();
  const configured = settings.get('core.attributesfile')?.replace(/^~(?=\/)/, home);
  const general = [
    join(repository.commonDir, 'info', 'attributes'),
    configured ?? join(environment['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'git', 'attributes'),
    '/etc/gitattributes',
  ].map(path => resolve(repository.root, path));
  const inTree: (Buffer | string)[] = [];
  for (const path of task.paths)
    if (/(^|\/)\.gitattributes$/.test(path)) inTree.push(absolutePath(repository.root, path));
  const texts = await Promise.all(
    [...general, ...inTree].map(path => readFile(path, 'utf8').catch(() => '')),
  );
  const attributes = texts.join('\n').replace(/^\s*#.*$/gm, '');
  return {
    lineEndings:
      /^(true|input|yes|on|1)$/i.test(settings.get('core.autocrlf') ?? '') ||
      /\s(text|text=\S+|crlf|crlf=\S+|eol=\S+)(\s|$)/m.test(attributes),
    filters: /\s(filter=\S+|ident|working-tree-encoding=\S+)(\s|$)/m.test(attributes),
  };
}

async function storedSizes(context: GitContext, files: readonly IndexEntry[]): Promise<number[]> {
  const input = files.map(file => `${file.id}\n`).join('');
  const { stdout } = await runGit(context, ['cat-file', '--batch-check=%(objectsize)'], { input });
  return stdout.toString('latin1').split('\n').map(Number);
}

async function filesWithFilters(context: GitContext, files: readonly IndexEntry[]): Promise<IndexEntry[]> {
  const args = ['check-attr', '-z', '--stdin', 'filter', 'ident', 'working-tree-encoding'];
  const { stdout } = await runGit(context, args, { input: joinNul(files.map(file => file.path)) });
  const fields = splitNul(stdout);
  const filtered = new Set<string>();
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const value = fields[at + 2] ?? '';
    if (value !== 'unspecified' && value !== 'unset') filtered.add(fields[at] ?? '');
  }
  return files.filter(file => filtered.has(file.path));
}

async function holdDifferent(
  context: GitContext,
  budget: SnapshotBudget,
  suspects: readonly IndexEntry[],
): Promise<SnapshotGap[]> {
  const gaps: SnapshotGap[] = [];
  const hashed: { file: IndexEntry; size: number }[] = [];
  for (const file of suspects) {
    const found = lstatSync(absolutePath(context.repository.root, file.path), { throwIfNoEntry: false });
    if (found === undefined) continue;
    const { size, mtimeMs } = found;
    if (size <= budget.fileBytes && size <= budget.totalBytes) {
      budget.totalBytes -= size;
      hashed.push({ file, size });
    } else gaps.push({ ...recordedPath(file.path), reason: 'filtered', size, modifiedAt: mtimeMs });
  }
  const ids = await rawBlobs(
    context,
    hashed.map(({ file }) => file.path),
  );
  hashed.forEach(({ file, size }, at) => {
    const blob = ids[at];
    if (blob !== undefined && blob !== file.id)
      gaps.push({ ...recordedPath(file.path), reason: 'filtered', size, blob });
  });
  return gaps;
}

/** Stores files as they are on disk; ids in the order of `paths`. */
async function rawBlobs(context: GitContext, paths: readonly string[]): Promise<(string | undefined)[]> {
  const ids = new Map<string, string>();
  const args = ['hash-object', '-w', '--no-filters'];
  const listed = paths.filter(path => !path.includes('\n'));
  if (listed.length > 0) {
    const input = Buffer.from(listed.map(path => `${path}\n`).join(''), 'latin1');
    const { stdout } = await runGit(context, [...args, '--stdin-paths'], { input, storing: true });
    const lines = stdout.toString('latin1').split('\n');
    listed.forEach((path, at) => ids.set(path, lines[at] ?? ''));
  }
  // The list is separated by newlines, so a name that contains one goes by itself.
  for (const path of paths.filter(each => each.includes('\n'))) {
    const { stdout } = await runGit(context, [...args, '--', bytePathText(path)], { storing: true });
    ids.set(path, stdout.toString('latin1').trim());
  }
  return paths.map(path => ids.get(path));
}
