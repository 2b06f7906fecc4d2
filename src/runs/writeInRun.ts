/**
 * Adds a small file to a folder of a run (annotations, verdicts, requests). The file is made in the shard folder and
 * moved into place, which in one step makes it visible and changes the modification time of the shard folder: that is
 * how the index notices, whoever wrote, and however soon after it died.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../base/systemError.ts';
import { recordNotWritten, runNotFound } from './errors.ts';
import { runPaths, type StorePath } from './runPaths.ts';

/** Throws `run-not-found` when the run folder is gone, `record-not-written` for every other failure. */
export async function writeInRun(
  store: StorePath,
  runId: string,
  folder: 'annotations' | 'verdicts' | 'requests',
  name: string,
  value: unknown,
): Promise<void> {
  const { dir } = runPaths(store, runId);
  const path = join(dir, folder, name);
  const temporary = join(dirname(dir), `.${name}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      await handle.writeFile(JSON.stringify(value, null, 1) + '\n');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await mkdir(join(dir, folder)).catch((error: unknown) => {
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    });
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw systemErrorCode(error) === 'ENOENT' ? runNotFound(runId) : recordNotWritten(path, error);
  }
}
