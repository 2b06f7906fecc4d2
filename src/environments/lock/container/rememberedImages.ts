/**
 * Remembers in the cache that an image, though built anew, has the very packages of a lock: what was compared once need
 * not be compared at the start of every run.
 */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** @param lock sha256 of the lock file, hex. @param image `sha256:<hex>`. */
export async function rememberSame(cacheFolder: string, lock: string, image: string): Promise<void> {
  const path = fileOf(cacheFolder, lock, image);
  // Without it the next look takes longer, nothing else.
  await mkdir(dirname(path), { recursive: true }).catch(() => undefined);
  await writeFile(path, '').catch(() => undefined);
}

export async function isRememberedSame(cacheFolder: string, lock: string, image: string): Promise<boolean> {
  return stat(fileOf(cacheFolder, lock, image)).then(
    () => true,
    () => false,
  );
}

function fileOf(cacheFolder: string, lock: string, image: string): string {
  return join(
    cacheFolder,
    'environments',
    'same',
    `${lock.slice(0, 24)}-${image.replace('sha256:', '').slice(0, 24)}`,
  );
}
