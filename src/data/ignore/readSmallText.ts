/** Reads a small file of rules, if there is one: a stat costs a tenth of the error of reading what is not there. */
import { readFileSync, statSync } from 'node:fs';

const maxBytes = 4 * 1024 * 1024;

/** Undefined for what is no regular file, cannot be read, or is larger than any file of rules. */
export function readSmallText(path: string): string | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile() !== true || found.size > maxBytes) return undefined;
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
