/** Opens a file below a folder for reading, by no link on the way: what a program left in a folder must not lead out of it. */
import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

// Neither follows a last link nor waits for the writer of a pipe. Windows knows neither flag.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const flags = constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK;

/**
 * Undefined where it is missing, no ordinary file, or reached through a link.
 * @param path Relative to the folder, forward slashes.
 */
export async function openOwnFile(folder: string, path: string): Promise<FileHandle | undefined> {
  if (path.split('/').includes('..')) return undefined;
  const place = join(await realpath(folder).catch(() => folder), ...path.split('/'));
  if ((await realpath(place).catch(() => undefined)) !== place) return undefined;
  const file = await open(place, flags).catch(() => undefined);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}
