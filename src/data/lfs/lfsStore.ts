/**
 * The local store of Git LFS objects, shared with git-lfs: an object stands under its name whole and verified, or not
 * at all. As for git-lfs, one of the right size counts as there; `verifyLfsObject` reads it.
 */
import { createHash, hash, randomBytes } from 'node:crypto';
import { constants, createReadStream, statSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { closeQuietly, openToRead, readSmallFile } from '../links/smallFile.ts';
import { lfsObjectPath, type LfsRepository } from './lfsRepository.ts';

export function isInLfsStore(repository: Pick<LfsRepository, 'storage'>, oid: string, size: number): boolean {
  const found = statSync(lfsObjectPath(repository, oid), { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === size;
}

/** The sha256 of a file, hexadecimal. Rejects with the system's error, or when aborted. */
export async function sha256OfFile(path: string | Buffer, signal?: AbortSignal): Promise<string> {
  const small = sha256OfSmallFile(path);
  if (small !== undefined) return small;
  const sum = createHash('sha256');
  const chunks = createReadStream(path, { highWaterMark: 1024 * 1024 });
  await pipeline(chunks, sum, signal === undefined ? {} : { signal });
  return sum.digest('hex');
}

/** A stream and its buffer cost more than all of a small file. */
function sha256OfSmallFile(path: string | Buffer): string | undefined {
  const fd = openToRead(path);
  try {
    const content = readSmallFile(fd);
    return content === undefined ? undefined : hash('sha256', content, 'hex');
  } finally {
    closeQuietly(fd);
  }
}

/**
 * Copies `from` into the store (a clone where the file system can), after its content was verified. False, with
 * nothing stored, when the content is not what `oid` says.
 */
export async function copyIntoLfsStore(
  repository: Pick<LfsRepository, 'storage'>,
  oid: string,
  from: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const temporary = join(repository.storage, 'tmp', `${oid}-${randomBytes(6).toString('hex')}`);
  await mkdir(dirname(temporary), { recursive: true });
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    await chmod(temporary, 0o644);
    if ((await sha256OfFile(temporary, signal)) !== oid) return false;
    await moveIntoLfsStore(repository, oid, temporary);
    return true;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Gives a verified file of the same file system its name. One that stands there already is replaced by the same bytes. */
export async function moveIntoLfsStore(
  repository: Pick<LfsRepository, 'storage'>,
  oid: string,
  from: string,
): Promise<void> {
  const target = lfsObjectPath(repository, oid);
  await mkdir(dirname(target), { recursive: true });
  await rename(from, target);
}

/** Moves an object whose content is not what its name says to the folder `bad`, as `git lfs fsck` does. */
export async function setAsideDamaged(
  repository: Pick<LfsRepository, 'storage'>,
  oid: string,
): Promise<void> {
  const target = join(repository.storage, 'bad', oid);
  await mkdir(dirname(target), { recursive: true });
  await rename(lfsObjectPath(repository, oid), target);
}
