/** One file on its way from the cache to its path, and what can be wrong with the object it comes from. */
import { lstatSync, type Stats } from 'node:fs';
import { systemErrorCode } from '../../base/systemError.ts';
import { matchesEither, type ReadHashes } from '../links/copyHashed.ts';
import { ownFailure } from '../workers/fileFailure.ts';
import type { PlaceBatch } from './placeBatch.ts';

export interface Placing {
  readonly batch: PlaceBatch;
  readonly object: string;
  readonly md5: Uint8Array;
  /** Where it is made: the path itself, or a temporary name beside it when something is to be replaced. */
  readonly made: string;
  readonly executable: boolean;
  /** The inode of a file with other content that is there now, 0 where none is. */
  readonly differing: number;
  readonly looks: Float64Array;
  /** Takes the numbers of what was made, where they are at hand. */
  readonly look: (made: Stats) => void;
}

/** Throws `corrupt` with the hash that was found. */
export function refuseCorrupt(found: ReadHashes, md5: Uint8Array): void {
  if (!matchesEither(found, md5)) throw ownFailure('corrupt', found.md5.toString('hex'));
}

/** `missing` where the object is not there; else the error as it was. */
export function missingOr(error: unknown, object: string): unknown {
  if (systemErrorCode(error) !== 'ENOENT') return error;
  return lstatSync(object, { throwIfNoEntry: false }) === undefined
    ? ownFailure('missing', 'it is not in the cache')
    : error;
}
