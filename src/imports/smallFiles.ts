/** Small files of a source, read within bounds and without following links: a source is anybody's. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** Neither leads anywhere else nor waits for the writer of a pipe. Windows knows neither flag, and needs none. */
const unfollowed = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const longestBytes = 64 * 1024;
const deepest = 32;
const mostFiles = 100_000;

/** The text of a file, cut after 64 KiB; undefined where there is no such file (a link or a pipe is none). */
export function readSmallText(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, unfollowed);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return undefined;
    const buffer = Buffer.allocUnsafe(Math.min(stats.size, longestBytes));
    const count = readSync(descriptor, buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, count);
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

export interface FoundFile {
  readonly path: string;
  /** Relative to the folder asked about, forward slashes. */
  readonly name: string;
}

/** All files below, in the order of their names; links and what is no file are left out and counted. */
export function filesBelow(folder: string): { files: FoundFile[]; leftOut: number } {
  const files: FoundFile[] = [];
  let leftOut = 0;
  const walk = (dir: string, prefix: string, depth: number): void => {
    for (const entry of entriesOf(dir)) {
      const path = join(dir, entry.name);
      if (entry.isFile() && files.length < mostFiles) files.push({ path, name: prefix + entry.name });
      else if (entry.isDirectory() && depth < deepest) walk(path, `${prefix}${entry.name}/`, depth + 1);
      else leftOut++;
    }
  };
  walk(folder, '', 0);
  return { files, leftOut };
}

/** Sorted by name; empty for what is no folder. */
export function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
