/** Walks one folder on all threads and gives its files in order, with the numbers that the system keeps of them. */
import type { DvcIgnore } from '../ignore/dvcIgnore.ts';
import { batchFiles, joinPaths, splitPaths } from '../workers/dataJobs.ts';
import type { DataPool } from '../workers/dataPool.ts';
import type { JobMeter } from '../workers/jobMeter.ts';
import { comparePaths, sortPaths } from '../listing/comparePaths.ts';
import { isLeftOut, isLeftOutFolder } from './leftOut.ts';
import { statWidth, type FileColumns } from './fileColumns.ts';
import { pathKinds } from './statBatch.ts';
import type { WalkedFolder, WalkProblem } from './walkBatch.ts';

export interface WalkedTree {
  readonly columns: FileColumns;
  readonly problems: readonly WalkProblem[];
}

export interface WalkTreeRequest {
  /** Absolute, without a slash behind it. */
  readonly folder: string;
  /** Asked with paths below `prefix`. */
  readonly ignore?: DvcIgnore;
  /** The folder, relative to the data root. */
  readonly prefix: string;
}

/** Names of one folder that are looked at in one go; above, threads share them. */
const namesAtOnce = 4_000;
const filesAtOnce = 2_000;
/** The first thread comes back soon, so that the others have something to do. */
const filesAtFirst = 200;

interface Walked {
  readonly entries: readonly string[];
  readonly stats: Float64Array;
}

/** A folder that is not there has no files. */
export async function walkFolder(
  request: WalkTreeRequest,
  pool: DataPool,
  meter: JobMeter,
): Promise<WalkedTree> {
  const root = `${request.folder}/`;
  const problems: WalkProblem[] = [];
  const walked = new Map<string, Walked>();
  const { ignore, prefix } = request;
  // With rules of the user, each folder is judged here before any thread enters it.
  const walk = async (folders: readonly string[], atOnce: number): Promise<void> => {
    const files = ignore === undefined ? atOnce : 0;
    const { folders: found } = await pool.run(
      'walk',
      { root, folders: joinPaths(folders), files, names: namesAtOnce },
      meter,
    );
    await Promise.all(found.map(one => take(one)));
  };
  const take = async (found: WalkedFolder): Promise<void> => {
    problems.push(...found.problems);
    let here: Walked =
      found.names === undefined
        ? { entries: splitPaths(found.entries), stats: found.stats }
        : await lookAtNames(found.folder, splitPaths(found.names), root, pool, meter, problems);
    if (ignore !== undefined) here = withoutIgnored(here, found.folder, prefix, ignore);
    walked.set(found.folder, here);
    const below = here.entries.filter(entry => entry.endsWith('/'));
    await Promise.all(portions(below).map(portion => walk(portion, filesAtOnce)));
  };
  await walk([''], filesAtFirst);
  return { columns: assemble(walked), problems: inOrder(problems.filter(isKept(prefix, ignore))) };
}

/** Few folders at a time while there are few, so that no thread is idle; many where a tree is broad. */
function portions(folders: readonly string[]): string[][] {
  const size = Math.min(64, Math.max(1, Math.ceil(folders.length / 8)));
  const made: string[][] = [];
  for (let at = 0; at < folders.length; at += size) made.push(folders.slice(at, at + size));
  return made;
}

async function lookAtNames(
  folder: string,
  names: readonly string[],
  root: string,
  pool: DataPool,
  meter: JobMeter,
  problems: WalkProblem[],
): Promise<Walked> {
  const sorted = sortPaths(names.filter(name => !isLeftOut(name)).map(name => folder + name));
  const portionsOf = Array.from({ length: Math.ceil(sorted.length / batchFiles) }, (_, index) =>
    sorted.slice(index * batchFiles, (index + 1) * batchFiles),
  );
  const looked = await Promise.all(
    portionsOf.map(async paths => ({
      paths,
      found: await pool.run('stat', { root, paths: joinPaths(paths) }, meter),
    })),
  );
  const found: { entry: string; stats: Float64Array; at: number }[] = [];
  for (const { paths, found: stated } of looked) {
    for (const { index, message } of stated.failures)
      problems.push({ path: paths[index] ?? '', kind: 'unreadable', reason: message });
    const failed = new Set(stated.failures.map(failure => failure.index));
    for (const [index, path] of paths.entries()) {
      if (failed.has(index)) continue;
      const kind = pathKinds[stated.kinds[index] ?? 0] ?? 'none';
      if (kind === 'none') {
        if (path.includes('\ufffd')) problems.push({ path, kind: 'bad-name' });
      } else if (kind === 'folder') {
        if (!isLeftOutFolder(path.slice(folder.length)))
          found.push({ entry: `${path}/`, stats: stated.stats, at: index });
      } else if (kind === 'file') {
        if (path.endsWith('/.dvcignore') || path === '.dvcignore')
          problems.push({ path, kind: 'ignore-file' });
        found.push({ entry: path, stats: stated.stats, at: index });
      } else problems.push({ path, kind });
    }
    meter.add(paths.length, 0);
  }
  const entries = found.map(one => one.entry);
  // A slash behind a folder's name changes its place among files.
  const inOrder = sortPaths(entries);
  if (inOrder !== entries) {
    const place = new Map(inOrder.map((entry, index) => [entry, index]));
    found.sort((one, other) => (place.get(one.entry) ?? 0) - (place.get(other.entry) ?? 0));
  }
  const stats = new Float64Array(found.length * statWidth);
  for (const [index, one] of found.entries())
    stats.set(one.stats.subarray(one.at * statWidth, (one.at + 1) * statWidth), index * statWidth);
  return { entries: inOrder, stats };
}

/** Puts the files of folders in their place among those beside them, without sorting anything again. */
function assemble(walked: ReadonlyMap<string, Walked>): FileColumns {
  let count = 0;
  for (const { entries } of walked.values()) count += entries.length;
  const paths: string[] = [];
  const stats = new Float64Array(count * statWidth);
  const add = (folder: string): void => {
    const here = walked.get(folder);
    if (here === undefined) return;
    // Runs of files are copied at once.
    let from = 0;
    const copy = (to: number): void => {
      stats.set(
        here.stats.subarray(from * statWidth, to * statWidth),
        (paths.length - (to - from)) * statWidth,
      );
    };
    for (const [index, entry] of here.entries.entries()) {
      if (!entry.endsWith('/')) {
        paths.push(entry);
        continue;
      }
      copy(index);
      add(entry);
      from = index + 1;
    }
    copy(here.entries.length);
  };
  add('');
  return { paths, stats: stats.subarray(0, paths.length * statWidth) };
}

/** Of the entries of one folder. */
function withoutIgnored(
  { entries, stats }: Walked,
  folder: string,
  prefix: string,
  ignore: DvcIgnore,
): Walked {
  const kept: number[] = [];
  // What the built-in rules leave out of files the walk has left out already.
  const judgesFiles = ignore.hasRulesFor(folder === '' ? prefix : below(prefix, folder.slice(0, -1)));
  for (const [index, entry] of entries.entries()) {
    const isFolder = entry.endsWith('/');
    const path = isFolder ? entry.slice(0, -1) : entry;
    if ((!isFolder && !judgesFiles) || !ignore.ignores(below(prefix, path), isFolder)) kept.push(index);
  }
  if (kept.length === entries.length) return { entries, stats };
  const keptStats = new Float64Array(kept.length * statWidth);
  for (const [place, index] of kept.entries())
    keptStats.set(stats.subarray(index * statWidth, (index + 1) * statWidth), place * statWidth);
  return { entries: kept.map(index => entries[index] ?? ''), stats: keptStats };
}

/** Threads find them in any order. */
function inOrder(problems: readonly WalkProblem[]): WalkProblem[] {
  return [...problems].sort((one, other) => comparePaths(one.path, other.path));
}

function isKept(prefix: string, ignore: DvcIgnore | undefined): (problem: WalkProblem) => boolean {
  return problem =>
    ignore === undefined ||
    problem.path === '' ||
    !ignore.ignores(below(prefix, problem.path), problem.kind === 'nested-repository');
}

function below(prefix: string, path: string): string {
  return prefix === '' ? path : `${prefix}/${path}`;
}
