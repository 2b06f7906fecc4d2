/** The hash of an object while its bytes go by. An object of DVC 2 is proven by either of the two hashes of its time. */
import { createHash } from 'node:crypto';
import { Dos2UnixHash, dos2unixPart } from '../hash/dos2unix.ts';
import type { ObjectId } from '../objectId.ts';

export interface ArrivalHash {
  update(chunk: Uint8Array): void;
  /** The digest of what has gone by so far; more may follow. */
  digest(): string;
  /** Whether what has gone by so far is the object. */
  proves(id: ObjectId): boolean;
}

export function arrivalHash(algorithm: ObjectId['algorithm']): ArrivalHash {
  return algorithm === 'md5' ? plainHash() : legacyHash();
}

/** The digits of the hash in an id. */
export function digestOf(id: ObjectId): string {
  return id.value.slice(0, 32);
}

function plainHash(): ArrivalHash {
  const hash = createHash('md5');
  const digest = (): string => hash.copy().digest('hex');
  return {
    update: chunk => void hash.update(chunk),
    digest,
    proves: id => digest() === digestOf(id),
  };
}

/** Takes bytes in any pieces and hands them on in those that the hash is defined by. */
function legacyHash(): ArrivalHash {
  const hash = new Dos2UnixHash();
  let rest: Buffer = Buffer.alloc(0);
  const digests = (): { md5: string; olderMd5: string } => {
    const copy = hash.copy();
    if (rest.length > 0) copy.update(rest);
    const { md5, olderMd5 } = copy.digest();
    return { md5: md5.toString('hex'), olderMd5: olderMd5.toString('hex') };
  };
  return {
    update(chunk) {
      rest = Buffer.concat([rest, chunk]);
      for (; rest.length >= dos2unixPart; rest = rest.subarray(dos2unixPart))
        hash.update(rest.subarray(0, dos2unixPart));
    },
    digest: () => digests().md5,
    proves: id => Object.values(digests()).includes(digestOf(id)),
  };
}
