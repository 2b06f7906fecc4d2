/** Whether objects fit, in the store and in the working tree: told before the first byte. */
import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lfsDiskFullAhead } from './errors.ts';
import type { LfsRepository } from './lfsRepository.ts';

interface Sized {
  readonly size: number;
}

/** @param stored What goes into the store. @param placed What is then put into the working tree. Rejects with `disk-full-ahead`. */
export async function requireRoom(
  repository: LfsRepository,
  stored: readonly Sized[],
  placed: readonly Sized[],
): Promise<void> {
  const { storage, git } = repository;
  const toStore = sum(stored);
  const toPlace = sum(placed);
  if (toStore + toPlace === 0) return;
  await mkdir(storage, { recursive: true });
  const together = (await stat(storage)).dev === (await stat(git.root)).dev;
  // Clones share their blocks: the second copy costs nothing then.
  const placing = toPlace > 0 && !(together && (await canClone(storage))) ? toPlace : 0;
  if (together) await needRoom(storage, toStore + placing);
  else {
    await needRoom(storage, toStore);
    await needRoom(git.root, placing);
  }
}

async function needRoom(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (needed > free) throw lfsDiskFullAhead(folder, needed, free);
}

async function canClone(storage: string): Promise<boolean> {
  const folder = await mkdtemp(join(storage, 'probe-'));
  try {
    await writeFile(join(folder, 'a'), 'a');
    await copyFile(join(folder, 'a'), join(folder, 'b'), constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sum(objects: readonly Sized[]): number {
  return objects.reduce((all, object) => all + object.size, 0);
}
