/**
 * Whether a file system keeps when its files were made. Where it does not, Node gives the time of the last change
 * instead; a file that was just made has both times alike anywhere, so its older folders are asked.
 */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';

const known = new Map<number, boolean>();

/** Of the file system that holds the file at `path`, whose device number is `device`. */
export function hasBirthTimes(path: string, device: number): boolean {
  const before = known.get(device);
  if (before !== undefined) return before;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.dev === device && found.birthtimeMs !== found.ctimeMs) {
      known.set(device, true);
      return true;
    }
    // Not remembered: the next file may lie in a folder that tells.
    if (dirname(folder) === folder || (found !== undefined && found.dev !== device)) return false;
  }
}
