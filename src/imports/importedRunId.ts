/**
 * The id of an imported run: a ULID whose time is the start in the source and whose 80 other bits follow from what
 * identifies it there, so that importing again finds the same record. Changing anything here would make second records.
 */
import { createHash } from 'node:crypto';
import { encodeTime } from 'ulid';
import type { ImportKind } from './importKind.ts';
import type { PastRunHeader } from './pastRun.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 48 bits of milliseconds: what a ULID holds. */
const latest = 2 ** 48 - 1;

export function importedRunId(
  kind: ImportKind,
  { identity, startedAt }: Pick<PastRunHeader, 'identity' | 'startedAt'>,
): string {
  const time = Number.isFinite(startedAt) ? Math.min(Math.max(Math.floor(startedAt), 0), latest) : 0;
  const digest = createHash('sha256').update(`${kind}\0${identity}`).digest();
  let bits = BigInt(`0x${digest.subarray(0, 10).toString('hex')}`);
  let text = '';
  for (let place = 0; place < 16; place++) {
    text = (alphabet[Number(bits & 31n)] ?? '0') + text;
    bits >>= 5n;
  }
  return encodeTime(time, 10) + text;
}
