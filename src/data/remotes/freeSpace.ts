/** Whether what is to come fits on the disk: told before, not after. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import { diskTooSmall } from './errors.ts';

/** Rejects with `disk-too-small` when `bytes` are more than the disk of `folder` has free. */
export async function checkFreeSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeSpace(folder);
  if (free !== undefined && bytes > free) throw diskTooSmall(folder, bytes, free);
}

/** Bytes that this user may still write below `folder`, which need not exist yet; undefined where the system does not tell. */
export async function freeSpace(folder: string): Promise<number | undefined> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || path === dirname(path)) return undefined;
    }
  }
}
