/** Names of files that are being made, beside the place where they go: never data, whoever finds them after a crash. */
import { randomFillSync } from 'node:crypto';

/** For a file that gets its name by a rename when it is whole. `.….tmp`, so that DVC's own sweep of the cache finds it, too. */
export function ownTemporary(): string {
  // Asked for name by name, randomness would take as long as the hash of a small file.
  if (next === drawn.length) {
    randomFillSync(drawn);
    next = 0;
  }
  const unique = drawn.toString('hex', next, next + 8);
  next += 8;
  return `.lockstep-${process.pid}-${unique}.tmp`;
}

const drawn = Buffer.alloc(4096);
let next = drawn.length;

export function isOwnTemporary(name: string): boolean {
  return name.startsWith('.lockstep-') && /^\.lockstep-\d+-[0-9a-f]{16}\.tmp$/.test(name);
}

/** Who was making the file. */
export function temporaryOwner(name: string): number | undefined {
  const found = /^\.lockstep-(\d+)-/.exec(name);
  return found === null ? undefined : Number(found[1]);
}
