/** The times of files in a private checkout: a program may choose the newest of them. */
import { lstat, utimes } from 'node:fs/promises';

/**
 * Gives a file that was placed the time that it had for the run. Links are left alone: what they lead to, or share, is
 * somebody else's. Never rejects.
 * @param modifiedAt Milliseconds since the epoch; undefined where the record does not tell.
 */
export async function keepTime(path: string, modifiedAt: number | undefined): Promise<void> {
  if (modifiedAt === undefined || !(modifiedAt > 0)) return;
  try {
    const found = await lstat(path);
    if (found.isFile() && found.nlink === 1) await utimes(path, found.atime, modifiedAt / 1000);
  } catch {
    // A file system without times, or somebody else's file: then it is as new as it is.
  }
}
