/** A whole JSON file at once, so that a reader sees the old content or the new one; for those who cannot wait. */
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { recordNotWritten } from '../runs/errors.ts';

/** Renamed but not synced: it survives this process, not a power cut. Throws `record-not-written`. */
export function writeJsonSync(path: string, value: unknown, mode = 0o644): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeFileSync(temporary, JSON.stringify(value, null, 1) + '\n', { flag: 'wx', mode });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw recordNotWritten(path, error);
  }
}
