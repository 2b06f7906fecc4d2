/**
 * Writes the files of a working tree to git as they are on disk, through a temporary index. What git cannot hold is
 * taken out and listed: nothing stale ever stays in the tree in its place.
 */
import { accessSync, constants, lstatSync, type Stats } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { SnapshotGap } from '../runs/plan.ts';
import {
  absolutePath,
  bytePathOf,
  bytePathOfRecord,
  bytePathText,
  joinNul,
  recordedPath,
  type BytePath,
} from './bytePath.ts';
import { gitFailed, tooManyUnreadable } from './errors.ts';
import { hashFile } from './hashFile.ts';
import { gitLine, runGit, type GitContext } from './runGit.ts';
import type { SnapshotBudget } from './snapshotLimits.ts';
import { parseStatus, type StatusEntry } from './statusOutput.ts';

export interface WorkingTree {
  /** Undefined when the working tree is HEAD's tree, file for file. */
  readonly tree: string | undefined;
  readonly branch: string | undefined;
  readonly gaps: readonly SnapshotGap[];
  /** Tracked files that are missing on disk. */
  readonly missing: ReadonlySet<BytePath>;
  /** Files that were taken from disk into the tree. */
  readonly added: readonly BytePath[];
}

export interface WorkingTreeTask {
  /** With the temporary index. */
  readonly context: GitContext & { readonly indexFile: string };
  readonly budget: SnapshotBudget;
  /** Already taken out of the index, because they are large and may have changed. */
  readonly largeChanged: readonly BytePath[];
}

/** Rejects when git cannot look at the working tree at all, for example because a required filter fails. */
export async function writeWorkingTree(task: WorkingTreeTask): Promise<WorkingTree> {
  const { context, budget } = task;
  const { status, unreadableFolders } = await readStatus(context);
  const missing = new Set(status.entries.filter(entry => entry.onDisk === 'D').map(entry => entry.path));
  const found = sortEntries(task, status.entries);
  const gaps: SnapshotGap[] = unreadableFolders.map(path => ({
    ...recordedPath(path),
    reason: 'unreadable',
  }));
  for (const { path, reason, stats } of found.leftOut)
    gaps.push(await describeGap(context, budget, path, reason, stats));
  const nothingToDo = status.entries.length === 0 && found.leftOut.length === 0;
  if (nothingToDo) return { tree: undefined, branch: status.branch, gaps, missing, added: [] };

  // Git skips what the index has already, and its object may be held by the index alone: hence out and in again.
  const removed = [
    ...missing,
    ...found.staged,
    ...found.leftOut.filter(file => !file.untracked).map(file => file.path),
  ];
  await removePaths(context, removed);
  const failed = await addPaths(context, [...found.added.keys()]);
  await removePaths(context, [...failed.keys()]);
  for (const [path, reason] of failed) {
    if (found.added.has(path) && lstatOf(context, path) !== undefined)
      gaps.push(await describeGap(context, budget, path, reason, found.added.get(path)));
  }
  for (const path of found.nested) gaps.push(...(await writeNestedRepository(task, path)));
  for (const [path, before] of found.added) {
    const after = lstatOf(context, path);
    if (!failed.has(path) && changedBetween(before, after))
      gaps.push({ ...recordedPath(path), reason: 'changed-meanwhile' });
  }
  // Unchanged files are not in the store that is written to, so git must not look for them there.
  const tree = await gitLine(context, ['write-tree', '--missing-ok'], { storing: true });
  return { tree, branch: status.branch, gaps, missing, added: [...found.added.keys()] };
}

async function readStatus(context: GitContext): Promise<{
  status: ReturnType<typeof parseStatus>;
  unreadableFolders: BytePath[];
}> {
  const { stdout, stderr } = await runGit(context, [
    'status',
    '--porcelain=v2',
    '-z',
    '--branch',
    '--no-ahead-behind',
    '--untracked-files=all',
    // Whether a submodule is dirty is found by its own snapshot.
    '--ignore-submodules=dirty',
    '--no-renames',
  ]);
  const folders = [...stderr.matchAll(/^warning: could not open directory '(.*)': /gm)];
  return { status: parseStatus(stdout), unreadableFolders: folders.map(([, path = '']) => bytePathOf(path)) };
}

interface LeftOut {
  readonly path: BytePath;
  readonly reason: SnapshotGap['reason'];
  readonly stats: Stats | undefined;
  readonly untracked: boolean;
}

interface Sorted {
  readonly added: Map<BytePath, Stats | undefined>;
  readonly leftOut: LeftOut[];
  readonly nested: BytePath[];
  /** Of the added ones: already in the index as on disk, but not in HEAD. */
  readonly staged: BytePath[];
}

function sortEntries(task: WorkingTreeTask, entries: readonly StatusEntry[]): Sorted {
  const { context, budget, largeChanged } = task;
  const added = new Map<BytePath, Stats | undefined>();
  const leftOut: LeftOut[] = [];
  const nested: BytePath[] = [];
  const staged: BytePath[] = [];
  const known = new Set(largeChanged);
  for (const path of largeChanged)
    leftOut.push({ path, reason: 'over-limit', stats: lstatOf(context, path), untracked: true });
  for (const { path, kind, onDisk } of entries) {
    if (onDisk === 'D' || known.has(path)) continue;
    const untracked = kind === 'untracked';
    if (untracked && path.endsWith('/')) {
      nested.push(path.slice(0, -1));
      continue;
    }
    const stats = lstatOf(context, path);
    // Staged away: neither in the index nor on disk.
    if (stats === undefined && onDisk === '.') continue;
    const reason = reasonAgainst(context, path, stats, budget.fileBytes);
    if (reason === undefined) {
      added.set(path, stats);
      if (onDisk === '.') staged.push(path);
    } else leftOut.push({ path, reason, stats, untracked });
  }
  spendBudget(
    budget,
    added,
    leftOut,
    new Set(entries.filter(entry => entry.kind === 'untracked').map(e => e.path)),
  );
  return { added, leftOut, nested, staged };
}

function reasonAgainst(
  context: GitContext,
  path: BytePath,
  stats: Stats | undefined,
  fileBytes: number,
): SnapshotGap['reason'] | undefined {
  if (stats === undefined || stats.isSymbolicLink() || stats.isDirectory()) return undefined;
  if (!stats.isFile()) return 'special-file';
  if (stats.size > fileBytes) return 'over-limit';
  try {
    accessSync(absolutePath(context.repository.root, path), constants.R_OK);
    return undefined;
  } catch {
    return 'unreadable';
  }
}

/** Leaves the largest files out until the rest fits. */
function spendBudget(
  budget: SnapshotBudget,
  added: Map<BytePath, Stats | undefined>,
  leftOut: LeftOut[],
  untracked: ReadonlySet<BytePath>,
): void {
  let total = 0;
  for (const stats of added.values()) total += stats?.isFile() === true ? stats.size : 0;
  if (total > budget.totalBytes) {
    const largestFirst = [...added].sort(([, a], [, b]) => (b?.size ?? 0) - (a?.size ?? 0));
    for (const [path, stats] of largestFirst) {
      if (total <= budget.totalBytes) break;
      added.delete(path);
      total -= stats?.size ?? 0;
      leftOut.push({ path, reason: 'over-limit', stats, untracked: untracked.has(path) });
    }
  }
  budget.totalBytes -= total;
}

async function removePaths(context: GitContext, paths: readonly BytePath[]): Promise<void> {
  if (paths.length === 0) return;
  await runGit(context, ['update-index', '--force-remove', '-z', '--stdin'], { input: joinNul(paths) });
}

/** Beyond this many files that cannot be added one by one, something else is wrong. */
const maxFailures = 64;

/** Adds all that can be added; the others with the reason. Git writes nothing when one path fails, so failures are found by halves. */
async function addPaths(
  context: GitContext,
  paths: readonly BytePath[],
  failed = new Map<BytePath, SnapshotGap['reason']>(),
): Promise<Map<BytePath, SnapshotGap['reason']>> {
  if (paths.length === 0) return failed;
  const args = ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'];
  const outcome = await runGit(context, args, { input: joinNul(paths), tolerant: true, storing: true });
  if (outcome.exitCode === 0) return failed;
  // Not a matter of one file: a filter (the caller then tries again with all filters off), or the object store.
  if (/(clean|external) filter '|for adding an object|unable to write|No space left/.test(outcome.stderr))
    throw gitFailed(args, outcome.exitCode, outcome.stderr);
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) {
    failed.set(only, outcome.stderr.includes('commit checked out') ? 'nested-repository' : 'unreadable');
    if (failed.size > maxFailures) throw tooManyUnreadable(context.repository.root);
    return failed;
  }
  const middle = paths.length >> 1;
  await addPaths(context, paths.slice(0, middle), failed);
  return addPaths(context, paths.slice(middle), failed);
}

/** The files of a repository inside the repository go into the tree as plain files; its own history does not. */
async function writeNestedRepository(task: WorkingTreeTask, path: BytePath): Promise<SnapshotGap[]> {
  const { context, budget } = task;
  const gap: SnapshotGap = { ...recordedPath(path), reason: 'nested-repository' };
  const root = join(context.repository.root, bytePathText(path));
  const inner = {
    ...context,
    repository: { ...context.repository, root, explicit: true },
    // Beside the outer one, so that it goes with the folder; not there yet, which is an empty index.
    indexFile: join(dirname(context.indexFile), `nested-${randomUUID()}`),
  };
  try {
    const { tree, gaps } = await writeWorkingTree({ context: inner, budget, largeChanged: [] });
    if (tree !== undefined) await runGit(context, ['read-tree', `--prefix=${bytePathText(path)}/`, tree]);
    return [gap, ...gaps.map(each => ({ ...each, ...recordedPath(`${path}/${bytePathOfRecord(each)}`) }))];
  } catch {
    context.signal?.throwIfAborted();
    return [gap];
  }
}

async function describeGap(
  context: GitContext,
  budget: SnapshotBudget,
  path: BytePath,
  reason: SnapshotGap['reason'],
  stats: Stats | undefined,
): Promise<SnapshotGap> {
  const gap: SnapshotGap = { ...recordedPath(path), reason };
  if (stats?.isFile() !== true) return gap;
  const facts = { ...gap, size: stats.size, modifiedAt: stats.mtimeMs };
  if (reason === 'unreadable' || stats.size > budget.hashBytes) return facts;
  budget.hashBytes -= stats.size;
  const sha256 = await hashFile(absolutePath(context.repository.root, path), context.signal);
  return { ...facts, ...(sha256 === undefined ? {} : { sha256 }) };
}

function lstatOf(context: GitContext, path: BytePath): Stats | undefined {
  try {
    return lstatSync(absolutePath(context.repository.root, path), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function changedBetween(before: Stats | undefined, after: Stats | undefined): boolean {
  return before?.mtimeMs !== after?.mtimeMs || before?.size !== after?.size || before?.mode !== after?.mode;
}

/** Settings under which git sees the bytes and modes that are really on disk. */
export function exactSettings(modesAreReal: boolean): string[] {
  return [
    'core.sparseCheckout=false',
    'index.sparse=false',
    ...(modesAreReal ? ['core.fileMode=true', 'core.symlinks=true'] : []),
  ];
}
