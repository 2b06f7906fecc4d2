/** One file on its way from the cache to its path, and what can be wrong with the object it comes from. */
import { createHash } from 'node:crypto';
import { lstatSync, type Stats } from 'node:fs';
import { systemErrorCode } from '../../base/systemError.ts';
import { contentHash, matchesEither, type ReadHashes } from '../links/copyHashed.ts';
import { ownFailure } from '../workers/fileFailure.ts';
import type { PlaceBatch } from './placeBatch.ts';

export interface Placing {
  readonly batch: PlaceBatch;
  readonly object: string;
  readonly md5: Uint8Array;
  /** Where it is made: the path itself, or a temporary name beside it when something is to be replaced. */
  readonly made: string;
  readonly replaces: boolean;
  readonly executable: boolean;
  /** The inode of a file with other content that is there now, 0 where none is. */
  readonly differing: number;
  readonly looks: Float64Array;
  /** Takes the numbers of what was made, where they are at hand. */
  readonly look: (made: Stats) => void;
  /** Takes the sha256 of a copy, which then is not compared with the name of its object. */
  readonly takeSha256?: ((sha256: Buffer) => void) | undefined;
}

/** Is shown all of a copy on its way. */
export interface CopyProof {
  update(part: Buffer): void;
  /** Throws `corrupt`. */
  end(): void;
}

export function copyProof({ batch, md5, takeSha256 }: Placing): CopyProof {
  if (takeSha256 !== undefined) {
    const sha256 = createHash('sha256');
    return { update: part => void sha256.update(part), end: () => takeSha256(sha256.digest()) };
  }
  const hashes = contentHash(batch.algorithm);
  return { update: part => hashes.update(part), end: () => refuseCorrupt(hashes.digest(), md5) };
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
