/** Whether what a checkout is about to copy fits on the disk of the working tree: told before, not after. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { freeSpace } from '../remotes/freeSpace.ts';
import { diskTooSmallFor } from './errors.ts';
import type { LookedAtPin } from './lookAtPins.ts';

/** Rejects with `disk-too-small`. Links need no room; a reflink that turns out to be a copy is found out by trying. */
export async function checkPlaceFits(
  repository: DataRepository,
  pins: readonly LookedAtPin[],
  { cache }: DataTools,
): Promise<void> {
  const needed = pins.reduce((sum, { pin, current }) => sum + Math.max(0, (pin.size ?? 0) - current.size), 0);
  if (needed < worthAsking || !(await placesByCopy(repository, cache.folder))) return;
  const free = await freeSpace(repository.root);
  if (free !== undefined && needed > free)
    throw diskTooSmallFor(`The checkout into ${repository.root}`, bytesText(needed), bytesText(free));
}

/** A disk with less than this free has other troubles. */
const worthAsking = 1_000_000;

/** Whether files will take room of their own in the working tree: no kind of link that is configured works before copying. */
export async function placesByCopy(
  { root, stateFolder, settings }: DataRepository,
  cacheFolder: string,
): Promise<boolean> {
  for (const type of settings.linkTypes) {
    if (type === 'symlink') return false;
    if (type === 'copy') return true;
    if (type === 'hardlink' && (await sameDevice(root, cacheFolder))) return false;
    if (type === 'reflink' && (await clonesWork(cacheFolder, stateFolder))) return false;
  }
  return true;
}

export async function sameDevice(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all(
    [stat(one), stat(other)].map(async found => (await found.catch(() => undefined))?.dev),
  );
  return first !== undefined && first === second;
}

/** Tried with one small file: file systems do not say whether they clone. */
async function clonesWork(cacheFolder: string, stateFolder: string): Promise<boolean> {
  await mkdir(stateFolder, { recursive: true });
  const name = `.probe-${randomBytes(6).toString('hex')}.tmp`;
  const [from, to] = [join(cacheFolder, name), join(stateFolder, name)];
  try {
    await writeFile(from, 'probe', { flag: 'wx' });
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await Promise.all([from, to].map(path => rm(path, { force: true }).catch(() => undefined)));
  }
}

export function bytesText(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
