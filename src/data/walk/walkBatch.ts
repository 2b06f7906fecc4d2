/**
 * Walks folders in a thread, up to a number of files; what is left over comes back to be handed out again. Never
 * follows a link to a folder, and leaves out what DVC always does: `.git`, `.hg`, `.dvc`, and any folder that holds a
 * `.dvc` folder, which is a repository of its own.
 */
import { readdirSync } from 'node:fs';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { splitPaths } from '../workers/dataJobs.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { comparePaths, needsCodePoints } from '../listing/comparePaths.ts';
import { statWidth } from './fileColumns.ts';
import { isLeftOut, isLeftOutFolder } from './leftOut.ts';
import { statOne, type PathKind } from './statBatch.ts';

export interface WalkBatch {
  /** Absolute folder with a slash behind it. */
  readonly root: string;
  /** Folders below the root, each with a slash behind it; empty for the root itself. */
  readonly folders: string;
  /** Folders below these come back instead of being walked, once this many files were seen. */
  readonly files: number;
  /** One folder with more names than this is not looked into further: its names come back. */
  readonly names: number;
}

export interface WalkedBatch {
  readonly folders: readonly WalkedFolder[];
}

export interface WalkedFolder {
  /** As asked. */
  readonly folder: string;
  /** In order of code points, relative to the root: files, and folders (a slash behind them) that are still to be walked. */
  readonly entries: string;
  /** `statWidth` numbers for each entry; zeros for folders. */
  readonly stats: Float64Array;
  /** Instead of entries, where there are very many: bare names of the folder, unsorted. */
  readonly names?: string;
  readonly problems: readonly WalkProblem[];
}

export interface WalkProblem {
  /** Relative to the root. */
  readonly path: string;
  /**
   * `link-to-folder` and `nested-repository` are left out, as DVC leaves them out. `unreadable`, `broken-link`,
   * `special` and `bad-name` (not UTF-8) cannot be hashed. `ignore-file`: DVC refuses to add a folder with one in it.
   */
  readonly kind:
    | 'link-to-folder'
    | 'nested-repository'
    | 'unreadable'
    | 'broken-link'
    | 'special'
    | 'bad-name'
    | 'ignore-file';
  readonly reason?: string;
}

export function walkBatch(batch: WalkBatch, counter: MeterCounter): WalkedBatch {
  const starts = batch.folders === '' ? [''] : splitPaths(batch.folders);
  const budget = { files: batch.files };
  return { folders: starts.map(folder => walkOne(batch, folder, budget, counter)) };
}

interface Walk {
  readonly batch: WalkBatch;
  readonly budget: { files: number };
  readonly counter: MeterCounter;
  readonly entries: string[];
  readonly problems: WalkProblem[];
  stats: Float64Array;
}

function walkOne(
  batch: WalkBatch,
  folder: string,
  budget: { files: number },
  counter: MeterCounter,
): WalkedFolder {
  const walk: Walk = {
    batch,
    budget,
    counter,
    entries: [],
    problems: [],
    stats: new Float64Array(64 * statWidth),
  };
  const names = readNames(walk, folder);
  if (names !== undefined && names.length > batch.names)
    return {
      folder,
      entries: '',
      stats: new Float64Array(0),
      names: names.join('\0'),
      problems: walk.problems,
    };
  if (names !== undefined) lookAt(walk, folder, names);
  return {
    folder,
    entries: walk.entries.join('\0'),
    stats: walk.stats.subarray(0, walk.entries.length * statWidth),
    problems: walk.problems,
  };
}

/** Undefined where the folder cannot be read or is not to be. */
function readNames(walk: Walk, folder: string): string[] | undefined {
  try {
    const names = readdirSync(walk.batch.root + folder);
    if (!names.includes('.dvc') || !isFolder(walk.batch.root + folder + '.dvc')) return names;
    walk.problems.push({ path: folder.slice(0, -1), kind: 'nested-repository' });
  } catch (error) {
    // A folder that goes away while its parent is read was not there.
    if (systemErrorCode(error) !== 'ENOENT')
      walk.problems.push({ path: folder.slice(0, -1), kind: 'unreadable', reason: errorText(error) });
  }
  return undefined;
}

const oneStat = new Float64Array(statWidth);

function isFolder(path: string): boolean {
  return statOne(path, oneStat, 0) === 'folder';
}

function lookAt(walk: Walk, folder: string, names: readonly string[]): void {
  const found = new Map<string, number>();
  const numbers = new Float64Array(names.length * statWidth);
  for (const [index, name] of names.entries()) {
    const entry = entryOf(walk.problems, walk.batch.root, folder, name, numbers, index);
    if (entry !== undefined) found.set(entry, index);
  }
  const sorted = [...found.keys()];
  if (needsCodePoints(sorted)) sorted.sort(comparePaths);
  else sorted.sort();
  walk.budget.files -= sorted.length;
  walk.counter.add(sorted.length, 0);
  for (const name of sorted) {
    if (name.endsWith('/') && walk.budget.files > 0) {
      const below = readNames(walk, folder + name);
      if (below === undefined) continue;
      if (below.length <= walk.batch.names) {
        lookAt(walk, folder + name, below);
        continue;
      }
    }
    push(walk, folder + name, numbers, found.get(name) ?? 0);
  }
}

/** The name as it is listed, with a slash behind folders; undefined for what is left out. */
function entryOf(
  problems: WalkProblem[],
  root: string,
  folder: string,
  name: string,
  stats: Float64Array,
  index: number,
): string | undefined {
  if (isLeftOut(name)) return undefined;
  let kind: PathKind;
  try {
    kind = statOne(root + folder + name, stats, index);
  } catch (error) {
    problems.push({ path: folder + name, kind: 'unreadable', reason: errorText(error) });
    return undefined;
  }
  switch (kind) {
    case 'file':
      if (name === '.dvcignore') problems.push({ path: folder + name, kind: 'ignore-file' });
      return name;
    case 'folder':
      return isLeftOutFolder(name) ? undefined : `${name}/`;
    case 'none':
      // Node puts U+FFFD where a name is not UTF-8, and nothing has that name.
      if (name.includes('\ufffd')) problems.push({ path: folder + name, kind: 'bad-name' });
      return undefined;
    default:
      problems.push({ path: folder + name, kind });
      return undefined;
  }
}

function push(walk: Walk, entry: string, numbers: Float64Array, index: number): void {
  const at = walk.entries.length * statWidth;
  walk.entries.push(entry);
  if (at + statWidth > walk.stats.length) {
    const larger = new Float64Array(walk.stats.length * 2);
    larger.set(walk.stats);
    walk.stats = larger;
  }
  for (let field = 0; field < statWidth; field += 1)
    walk.stats[at + field] = numbers[index * statWidth + field] ?? 0;
}
