/**
 * The commits that HEAD has named since a place in git's log of HEAD: two moves may come between two looks, and what
 * was made in between lies in the working tree. Format: git's Documentation/gitformat, `logs/HEAD`, a line a move.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';

export interface HeadMoves {
  /** Bytes of the log now: where the next look begins. */
  readonly end: number;
  /** Oldest first, each once; nothing where the log was cut, or is not kept. */
  readonly commits: readonly string[];
}

/** More than these are no two moves between two looks, but a long operation. */
const mostBytes = 64 * 1024;

/** `from`: bytes of the log at the last look; undefined for the first, which tells only where the log ends. */
export async function readMoves(gitDir: string, from: number | undefined): Promise<HeadMoves> {
  const file = await open(join(gitDir, 'logs', 'HEAD'), 'r').catch(() => undefined);
  if (file === undefined) return { end: 0, commits: [] };
  try {
    const { size } = await file.stat();
    if (from === undefined || size <= from || size - from > mostBytes) return { end: size, commits: [] };
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('latin1', 0, bytesRead).split('\n');
    const commits = lines.flatMap(line => /^[0-9a-f]{40,64} ([0-9a-f]{40,64}) /.exec(line)?.[1] ?? []);
    return { end: size, commits: [...new Set(commits)] };
  } finally {
    await file.close();
  }
}
