/**
 * What a program found where it looked through folders of the project, beyond what it read and what the snapshot holds:
 * names of files from before the run, which may have decided something (how many they are, which is the newest, which
 * number is the next). Of folders that it numbered itself the ones beside them, because it asks whether they are there.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { PresentFile } from '../../runs/captured.ts';
import { isBelow } from './ignoredPaths.ts';
import type { MadeBy } from './madeFolders.ts';

export interface ListedQuestion {
  readonly root: string;
  /** Absolute: whose entries were asked for. */
  readonly listed: readonly string[];
  /** Absolute: the topmost folders that the run made for its outputs. */
  readonly madeFolders: readonly string[];
  /** Files and folders that are known as inputs or outputs of the run. Absolute. */
  readonly known: readonly string[];
  readonly ignored: (path: string) => boolean;
  /** Relative to the root, forward slashes. */
  readonly isInSnapshot: (path: string) => boolean;
  /** Whether the code snapshot has a file below this folder, relative to the root. */
  readonly hasSnapshotFiles: (folder: string) => boolean;
  readonly madeByRun: MadeBy;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ListedFolders {
  /** Sorted by path, which is relative to the root. */
  readonly present: readonly PresentFile[];
  /** Folders with more such files than are recorded. Relative to the root, sorted. */
  readonly listed: readonly string[];
}

const mostFolders = 1000;
/** Of all folders together. */
const mostPresent = 5000;
/** Asked for their size and time: somebody waits for the end of the run. */
const mostLookedAt = 20_000;

/** Rejects only when aborted. */
export async function listedFolders(question: ListedQuestion): Promise<ListedFolders> {
  const { root, known, ignored, hasSnapshotFiles, madeByRun, signal } = question;
  const files = new Set(known);
  const present = new Map<string, PresentFile>();
  const listed: string[] = [];
  const budget = { left: mostLookedAt };
  const nameOf = (path: string): string => relative(root, path).split(sep).join('/');
  const foldersOfInputs = new Set(known.map(path => dirname(path)));
  for (const folder of question.listed.slice(0, mostFolders)) {
    signal?.throwIfAborted();
    if (folder === root || !isBelow(folder, root) || ignored(join(folder, 'entry'))) continue;
    if (isBelowOne(folder, files, root) || (await isMadeWithParents(folder, root, madeByRun))) continue;
    const found = await entriesOf(folder, question, files, budget);
    if (found === undefined) continue;
    if (budget.left < 0 || present.size + found.length > mostPresent) listed.push(nameOf(folder));
    else for (const entry of found) present.set(entry.path, entry);
    if (
      budget.left >= 0 &&
      found.length === 0 &&
      !foldersOfInputs.has(folder) &&
      !hasSnapshotFiles(nameOf(folder))
    )
      present.set(nameOf(folder), { path: nameOf(folder), folder: true });
  }
  for (const made of question.madeFolders.filter(path => isBelow(path, root)))
    for (const entry of (await entriesOf(dirname(made), question, files, budget)) ?? [])
      if (entry.folder === true && isNumberedAlike(basename(made), basename(entry.path)))
        if (present.size < mostPresent) present.set(entry.path, entry);
  return {
    present: [...present.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    listed: listed.sort(),
  };
}

/**
 * From before the run, neither read nor written by it, and no part of the snapshot; undefined where it is no folder, and
 * not all where the budget is spent.
 */
async function entriesOf(
  folder: string,
  { root, ignored, isInSnapshot, hasSnapshotFiles, madeByRun, startedAt }: ListedQuestion,
  files: ReadonlySet<string>,
  budget: { left: number },
): Promise<PresentFile[] | undefined> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return undefined;
  const entries: PresentFile[] = [];
  for (const name of names) {
    const place = join(folder, name);
    const path = relative(root, place).split(sep).join('/');
    if (files.has(place) || ignored(place) || isInSnapshot(path)) continue;
    if (--budget.left < 0) break;
    const found = await stat(place).catch(() => undefined);
    if (found?.isDirectory() === true) {
      if (ignored(join(place, 'entry')) || isOfPackage(name) || hasSnapshotFiles(path)) continue;
      if (!(await madeByRun(place))) entries.push({ path, folder: true });
    } else if (found?.isFile() === true && found.mtimeMs < startedAt)
      entries.push({ path, size: found.size, modifiedAt: found.mtimeMs });
  }
  return entries;
}

/** What installers say of a package: an empty folder of that name would be a broken one. */
function isOfPackage(name: string): boolean {
  return /\.(?:egg|dist)-info$/.test(name);
}

function isBelowOne(folder: string, known: ReadonlySet<string>, root: string): boolean {
  for (let at = folder; at !== root && at !== dirname(at); at = dirname(at)) if (known.has(at)) return true;
  return false;
}

async function isMadeWithParents(folder: string, root: string, madeByRun: MadeBy): Promise<boolean> {
  for (let at = folder; at !== root && at !== dirname(at); at = dirname(at))
    if (await madeByRun(at)) return true;
  return false;
}

/** `exp` and `exp2`, `version_0` and `version_1`. */
function isNumberedAlike(one: string, other: string): boolean {
  const stem = (name: string): string => name.replace(/[-_. ]?\d{1,5}$/, '');
  return stem(one) === stem(other);
}
