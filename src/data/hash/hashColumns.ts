/** Hashes files of which the numbers are at hand: recalls what is known, reads the rest on all threads, remembers. */
import type { CachePresence } from '../cache/cachePresence.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import { joinPaths } from '../workers/dataJobs.ts';
import { fileBatches } from '../workers/fileBatches.ts';
import { JobMeter } from '../workers/jobMeter.ts';
import { readStat, statWidth, type FileColumns } from '../walk/fileColumns.ts';
import type { WalkProblem } from '../walk/walkBatch.ts';
import type { HashedBatch } from './hashBatch.ts';
import { hexOf, isHashed, listingValue, type HashedColumns } from './hashedPath.ts';
import { readKnownHashes, writeKnownHashes, type KnownHashes } from './hashStateFile.ts';
import { recallHashes, type Recall } from './knownHashes.ts';
import { fileSystemTime, isSettledAt, lastChange, newFileMode } from './settledTime.ts';

export interface HashPlan {
  /** Absolute with a slash behind it. */
  readonly root: string;
  readonly columns: FileColumns;
  readonly algorithm: ObjectId['algorithm'];
  /** Path to hash; of two variants of a hash the one that is here is taken. */
  readonly expected: ReadonlyMap<string, string>;
  readonly statePath: string;
  /** The columns are all files of a folder: their listing gets a value. */
  readonly complete?: boolean;
  /** Store in the cache whatever of it is not there. */
  readonly keep?: CachePresence;
  /** The state holds other files, too, and keeps them. */
  readonly keepOthers?: boolean;
  /** The state, where it was read already, and the columns are of just its paths. */
  readonly known?: KnownHashes;
}

export async function hashColumns(
  plan: HashPlan,
  repository: DataRepository,
  tools: DataTools,
  task: DataTask,
): Promise<HashedColumns> {
  const known = plan.known ?? (await readKnownHashes(plan.statePath));
  const sameTree = plan.known === undefined ? undefined : true;
  const recall = unkept(plan, doubted(plan, recallHashes(plan.columns, known, sameTree)));
  const nothingNew = recall.unknown.length === 0 && recall.relinked.length === 0;
  // What has no hash is in no column: beside it the listing is not the one of before, though every column is.
  if (nothingNew && recall.listing !== undefined && plan.complete === true)
    return {
      columns: plan.columns,
      md5s: recall.md5s,
      settled: recall.settled,
      listing: recall.listing,
      problems: [],
    };
  const stats = plan.columns.stats.slice();
  const found = nothingNew
    ? { problems: [] }
    : await hashUnknown(plan, recall, stats, repository, tools, task);
  const columns = sameNames(plan.columns, stats);
  const listing =
    plan.complete === true && found.problems.length === 0 ? listingValue(columns, recall.md5s) : undefined;
  const { md5s, settled } = recall;
  const result = { columns, md5s, settled, ...(listing === undefined ? {} : { listing }) };
  if (!nothingNew || listing !== undefined) {
    await writeKnownHashes(plan.statePath, plan.keepOthers === true ? withOthers(result, known) : result);
  }
  return { ...result, problems: found.problems };
}

function sameNames(columns: FileColumns, stats: Float64Array): FileColumns {
  return {
    get paths() {
      return columns.paths;
    },
    stats,
  };
}

/** A recalled hash of DVC 2 is one of two variants: where another one is expected now, the file is read again. */
function doubted(plan: HashPlan, recall: Recall): Recall {
  if (plan.algorithm === 'md5') return recall;
  const hex = hexOf(recall.md5s);
  const other = plan.columns.paths.flatMap((path, index) => {
    const expected = plan.expected.get(path);
    return expected === undefined || expected === hex.slice(index * 32, index * 32 + 32) ? [] : [index];
  });
  if (other.length === 0) return recall;
  const { md5s, settled, relinked } = recall;
  return {
    md5s: md5s.slice(),
    settled: settled.slice(),
    unknown: [...new Set([...recall.unknown, ...other])],
    relinked: relinked.filter(index => !other.includes(index)),
  };
}

/** What is to be stored is read again where the cache lacks it. */
function unkept(plan: HashPlan, recall: Recall): Recall {
  const { keep } = plan;
  if (keep === undefined) return recall;
  const hex = hexOf(recall.md5s);
  const lacking = new Set(recall.unknown);
  for (let index = 0; index < plan.columns.stats.length / statWidth; index += 1)
    if (!keep.has({ algorithm: plan.algorithm, value: hex.slice(index * 32, index * 32 + 32) }))
      lacking.add(index);
  if (lacking.size === recall.unknown.length) return recall;
  return {
    md5s: recall.md5s.slice(),
    settled: recall.settled.slice(),
    unknown: [...lacking],
    relinked: recall.relinked.filter(index => !lacking.has(index)),
  };
}

/** Fills `recall` and `stats` in. */
async function hashUnknown(
  plan: HashPlan,
  recall: Recall,
  stats: Float64Array,
  repository: DataRepository,
  tools: DataTools,
  task: DataTask,
): Promise<{ problems: WalkProblem[] }> {
  const readAt = fileSystemTime(repository.stateFolder);
  const changed = await noLongerObjects(plan, recall, tools, task);
  const unknown = changed.length === 0 ? recall.unknown : [...recall.unknown, ...changed];
  const sizes = unknown.map(index => readStat(plan.columns.stats, index, 'size'));
  const problems: WalkProblem[] = [];
  using meter = new JobMeter(task, 'hash', {
    files: unknown.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  });
  await Promise.all(
    fileBatches(sizes).map(async batch => {
      const indexes = batch.map(place => unknown[place] ?? 0);
      const paths = indexes.map(index => plan.columns.paths[index] ?? '');
      const hashed = await hashOrStore(plan, paths, repository, tools, meter);
      for (const [place, index] of indexes.entries()) {
        const older = hashed.olderMd5s?.subarray(place * 16, place * 16 + 16);
        const newer = hashed.md5s.subarray(place * 16, place * 16 + 16);
        const path = paths[place] ?? '';
        const md5 = older !== undefined && hexOf(older) === plan.expected.get(path) ? older : newer;
        recall.md5s.set(md5, index * 16);
        if (!isHashed(md5, 0)) continue;
        const flags = readStat(plan.columns.stats, index, 'mode') & ~0xffff;
        stats.set(hashed.stats.subarray(place * statWidth, (place + 1) * statWidth), index * statWidth);
        stats[index * statWidth + 4] = readStat(stats, index, 'mode') + flags;
        recall.settled[index] = isSettledAt(hashed.changed?.[place] ?? lastChange(stats, index), readAt)
          ? 1
          : 0;
      }
      for (const { index, message } of hashed.failures)
        problems.push({ path: paths[index] ?? '', kind: 'unreadable', reason: message });
    }),
  );
  task.signal?.throwIfAborted();
  return { problems };
}

async function hashOrStore(
  plan: HashPlan,
  paths: readonly string[],
  { settings, stateFolder }: DataRepository,
  { pool, cache }: DataTools,
  meter: JobMeter,
): Promise<HashedBatch & { readonly changed?: Float64Array }> {
  const files = { root: plan.root, paths: joinPaths(paths) };
  if (plan.keep === undefined) return pool.run('hash', { ...files, algorithm: plan.algorithm }, meter);
  const first = settings.linkTypes[0];
  return pool.run(
    'store',
    {
      ...files,
      objects: `${cache.folder}/files/md5/`,
      fileMode: newFileMode(stateFolder),
      sharedWithGroup: cache.sharedWithGroup,
      first: first === 'hardlink' ? 'hardlink' : 'reflink',
    },
    meter,
  );
}

/**
 * Of the files that differ in nothing but the time of change, those that are not the object in the cache that their
 * hash names. Every new hard link changes that time for all names of a file: with a cache that clones share, all files
 * would be read again whenever one of them checks out.
 */
async function noLongerObjects(
  plan: HashPlan,
  recall: Recall,
  { pool, cache }: DataTools,
  task: DataTask,
): Promise<number[]> {
  if (recall.relinked.length === 0) return [];
  using meter = new JobMeter(task, 'look');
  const changed: number[] = [];
  const sizes = recall.relinked.map(() => 0);
  await Promise.all(
    fileBatches(sizes).map(async batch => {
      const indexes = batch.map(place => recall.relinked[place] ?? 0);
      const keys = indexes.map(index =>
        objectKey({
          algorithm: plan.algorithm,
          value: hexOf(recall.md5s.subarray(index * 16, index * 16 + 16)),
        }),
      );
      const looked = await pool.run('stat', { root: `${cache.folder}/`, paths: joinPaths(keys) }, meter);
      for (const [place, index] of indexes.entries())
        if (
          readStat(looked.stats, place, 'inode') === readStat(plan.columns.stats, index, 'inode') &&
          (readStat(looked.stats, place, 'mode') & 0o222) === 0
        )
          recall.settled[index] = 1;
        else changed.push(index);
    }),
  );
  return changed;
}

/** Files of other paths keep what is known of them. */
export function withOthers(here: KnownHashes, known: KnownHashes | undefined): KnownHashes {
  if (known === undefined) return here;
  const present = new Set(here.columns.paths);
  const others = known.columns.paths.flatMap((path, index) => (present.has(path) ? [] : [index]));
  const count = here.columns.paths.length;
  const stats = new Float64Array((count + others.length) * statWidth);
  const md5s = new Uint8Array((count + others.length) * 16);
  const settled = new Uint8Array(count + others.length);
  stats.set(here.columns.stats);
  md5s.set(here.md5s);
  settled.set(here.settled);
  for (const [place, index] of others.entries()) {
    stats.set(
      known.columns.stats.subarray(index * statWidth, (index + 1) * statWidth),
      (count + place) * statWidth,
    );
    md5s.set(known.md5s.subarray(index * 16, index * 16 + 16), (count + place) * 16);
    settled[count + place] = known.settled[index] ?? 0;
  }
  const paths = [...here.columns.paths, ...others.map(index => known.columns.paths[index] ?? '')];
  return { columns: { paths, stats }, md5s, settled };
}
