/** What the files of a shared record are known by. */
import { createHash } from 'node:crypto';

/** Hex sha256. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
