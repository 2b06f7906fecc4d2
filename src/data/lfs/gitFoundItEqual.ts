/** What the notes of git's index tell of a file without a look into it. */
import type { BigIntStats } from 'node:fs';
import type { IndexEntry } from '../../git/indexFile.ts';

/**
 * Whether git saw this very file when it last found it equal to the index. As in git, a file changed in the moment
 * in which the index was written proves nothing.
 */
export function gitFoundItEqual(entry: IndexEntry, stats: BigIntStats, indexTime: bigint): boolean {
  const second = 1_000_000_000n;
  return (
    entry.size !== 0 &&
    BigInt(entry.size) === BigInt.asUintN(32, stats.size) &&
    BigInt(entry.modifiedSeconds) === BigInt.asUintN(32, stats.mtimeNs / second) &&
    (entry.modifiedNanoseconds === 0 || BigInt(entry.modifiedNanoseconds) === stats.mtimeNs % second) &&
    stats.mtimeNs + (entry.modifiedNanoseconds === 0 ? second : clockTick) < indexTime
  );
}

/** Nanoseconds: two ticks of the slowest clock that stamps files. */
const clockTick = 20_000_000n;
