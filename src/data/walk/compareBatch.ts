/**
 * Holds a part of a tree against the state of the last time, in a thread: file by file, without putting together what
 * is there. What a folder holds beside the files of the state, {@link countBatch} finds by counting.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { splitPaths } from '../workers/dataJobs.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { statWidth } from './fileColumns.ts';
import { statOne } from './statBatch.ts';

export interface CompareBatch {
  /** Absolute folder with a slash behind it. */
  readonly root: string;
  readonly state: SharedArrayBuffer;
  /** The files of the state from `from` up to `to`; their names lie between the bytes `namesFrom` and `namesTo`. */
  readonly from: number;
  readonly to: number;
  readonly namesFrom: number;
  readonly namesTo: number;
  /** Bytes at which the numbers of all files begin. */
  readonly statsAt: number;
}

export interface ComparedBatch {
  /** Some path is no file (any more), or rules of ignoring lie in the tree: it must be walked. */
  readonly otherTree: boolean;
  /** Indexes of files with other numbers than in the state, and these numbers (`statWidth` for each). */
  readonly changed: Float64Array;
  readonly changedStats: Float64Array;
  /** Folders that files of the batch lie in (relative, a slash behind them, '' for the root), and how many in each. */
  readonly folders: string;
  readonly counts: Float64Array;
}

const nothing = new Float64Array(0);
const otherTree: ComparedBatch = {
  ...{ otherTree: true, changed: nothing, changedStats: nothing, folders: '', counts: nothing },
};

export function compareBatch(batch: CompareBatch, counter: MeterCounter): ComparedBatch {
  const names = Buffer.from(batch.state, batch.namesFrom, batch.namesTo - batch.namesFrom);
  const text = names.toString('utf8');
  // The state lies where others can write: its paths are looked at like anybody's.
  if (badPart.test(text)) return otherTree;
  const paths = text.split('\0');
  const count = batch.to - batch.from;
  if (paths.length !== count) return otherTree;
  const before = new Float64Array(batch.state, batch.statsAt + batch.from * statWidth * 8, count * statWidth);
  const now = new Float64Array(statWidth);
  const changed: number[] = [];
  const changedStats: number[] = [];
  const counts = new Map<string, number>();
  let folder: string | undefined;
  let inFolder = 0;
  for (let index = 0; index < count; index += 1) {
    const path = paths[index] ?? '';
    const kind = statOrNone(batch.root + path, now);
    if (kind !== 'file' || path.endsWith(ignoreFile)) return otherTree;
    if (differ(now, before, index * statWidth)) {
      changed.push(batch.from + index);
      changedStats.push(...now);
    }
    const parent = path.slice(0, path.lastIndexOf('/') + 1);
    if (parent !== folder) {
      if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + inFolder);
      folder = parent;
      inFolder = 0;
    }
    inFolder += 1;
  }
  if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + inFolder);
  counter.add(count, 0);
  return {
    otherTree: false,
    changed: Float64Array.from(changed),
    changedStats: Float64Array.from(changedStats),
    folders: [...counts.keys()].join('\0'),
    counts: Float64Array.from(counts.values()),
  };
}

const badPart = /(?:^|[/\0])\.{0,2}(?:[/\0]|$)/;
const ignoreFile = '.dvcignore';

function statOrNone(path: string, stats: Float64Array): string {
  try {
    return statOne(path, stats, 0);
  } catch {
    return 'none';
  }
}

function differ(now: Float64Array, before: Float64Array, at: number): boolean {
  for (let field = 0; field < statWidth; field += 1) if (now[field] !== before[at + field]) return true;
  return false;
}

export interface CountBatch {
  /** Absolute folder with a slash behind it. */
  readonly root: string;
  /** Relative, a slash behind each; never empty. */
  readonly folders: string;
}

export interface CountedBatch {
  /** Names in each folder; -1 for what is no folder (a link to one, too) or cannot be read. */
  readonly counts: Float64Array;
}

export function countBatch({ root, folders }: CountBatch): CountedBatch {
  return { counts: Float64Array.from(splitPaths(folders), folder => countNames(root + folder)) };
}

function countNames(folder: string): number {
  try {
    // With its slash a link to a folder would be followed.
    if (!lstatSync(folder.slice(0, -1)).isDirectory()) return -1;
    return readdirSync(folder).length;
  } catch {
    return -1;
  }
}
