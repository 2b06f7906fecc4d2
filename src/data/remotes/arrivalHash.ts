/**
 * The hash of an object while its bytes go by. Objects of DVC 2 were hashed with CRLF made LF in text, in two ways
 * that differ in files over 1 MiB: either proves them. Source: dvc-data `hashfile/hash.py`, dvc 2.0 `utils`.
 */
import { createHash, type Hash } from 'node:crypto';
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

const chunkSize = 1 << 20;

/** Both read 1 MiB at a time, and a CRLF that lies across the border of two chunks stays. */
function legacyHash(): ArrivalHash {
  const oncePerFile = createHash('md5');
  const oncePerChunk = createHash('md5');
  let fileIsText: boolean | undefined;
  let rest = Buffer.alloc(0);

  const take = (chunk: Buffer, once: Hash, each: Hash, isTextFile: boolean): void => {
    const unixed = withoutCarriageReturns(chunk);
    once.update(isTextFile ? unixed : chunk);
    each.update(isText(chunk) ? unixed : chunk);
  };
  const digests = (): [string, string] => {
    const once = oncePerFile.copy();
    const each = oncePerChunk.copy();
    if (rest.length > 0) take(rest, once, each, fileIsText ?? isText(rest));
    return [once.digest('hex'), each.digest('hex')];
  };
  return {
    update(chunk) {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= chunkSize) {
        const whole = rest.subarray(0, chunkSize);
        fileIsText ??= isText(whole);
        take(whole, oncePerFile, oncePerChunk, fileIsText);
        rest = rest.subarray(chunkSize);
      }
    },
    digest: () => digests()[1],
    proves: id => digests().includes(digestOf(id)),
  };
}

/** DVC's test: the first 512 bytes hold no NUL and at most three in ten bytes that text does not have. */
function isText(chunk: Uint8Array): boolean {
  const start = chunk.subarray(0, 512);
  if (start.includes(0)) return false;
  const strange = start.filter(byte => !textBytes.has(byte)).length;
  return strange / start.length <= 0.3 || start.length === 0;
}

const textBytes = new Set([
  ...Array.from({ length: 0x7f - 0x20 }, (_, index) => 0x20 + index),
  ...[0x0a, 0x0d, 0x09, 0x0c, 0x08],
]);

function withoutCarriageReturns(chunk: Buffer): Buffer {
  if (!chunk.includes('\r\n')) return chunk;
  return Buffer.from(chunk.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
