/**
 * `result.json`, written once whoever writes it: the supervisor, or the one who cancels an orphan. The first one wins,
 * and a reader never sees a part of it.
 */
import { randomBytes } from 'node:crypto';
import { link, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../base/systemError.ts';
import type { ResultInput } from '../runs/result.ts';

/** Resolves with whether this call wrote it; false when there was one already. */
export async function writeResult(path: string, result: ResultInput): Promise<boolean> {
  const temporary = join(dirname(path), `.result.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(JSON.stringify(result, null, 1) + '\n');
      await file.sync();
    } finally {
      await file.close();
    }
    return await publish(temporary, path);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

async function publish(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    // A file system without hard links: the check and the rename are two steps there.
    if (await exists(path)) return false;
    await rename(temporary, path);
    return true;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
