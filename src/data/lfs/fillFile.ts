/**
 * Puts the content of one Git LFS object where its pointer stands: beside it under a temporary name, verified, then
 * renamed over the pointer if that is still what stands there.
 */
import { constants, type BigIntStats } from 'node:fs';
import { chmod, copyFile, lstat, readFile, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { absolutePath } from '../../git/bytePath.ts';
import { staysInside } from '../../git/staysInside.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';
import type { LfsFile } from './findLfsFiles.ts';
import { pointerLimit, readLfsPointer } from './lfsPointer.ts';
import { lfsObjectPath, type LfsRepository } from './lfsRepository.ts';
import { setAsideDamaged, sha256OfFile } from './lfsStore.ts';

/** A file as it was right after it was filled. */
export interface FilledFile {
  readonly path: string;
  readonly file: LfsFile;
  readonly stats: BigIntStats;
}

/** `changed`: something else stands there by now. Rejects with the system's error, or when aborted. */
export async function fillFile(
  repository: LfsRepository,
  file: LfsFile,
  signal?: AbortSignal,
): Promise<FilledFile | 'changed' | { readonly why: string }> {
  const { root } = repository.git;
  if (file.extensions.length > 0)
    return { why: `only git-lfs can undo its extension ${file.extensions.join(', ')}` };
  if (!staysInside(root, file.bytePath)) return { why: 'its folder is a link that leads elsewhere' };
  const place = absolutePath(root, file.bytePath);
  const before = await standingPointer(place, file.oid);
  if (before === undefined) return 'changed';
  const object = lfsObjectPath(repository, file.oid);
  const temporary = temporaryBeside(place);
  try {
    await copyFile(object, temporary, constants.COPYFILE_FICLONE);
    if ((await sha256OfFile(temporary, signal)) !== file.oid) {
      await setAsideDamaged(repository, file.oid);
      return { why: 'the object in the local store is damaged; it was moved to its folder bad' };
    }
    await chmod(temporary, Number(before.mode & 0o777n));
    // Older than what git writes next: for git, a file as young as its index may have been changed since.
    const time = Math.floor(Date.now() / 1000) - 2;
    await utimes(temporary, time, time);
    const now = await standingPointer(place, file.oid);
    if (now?.mtimeNs !== before.mtimeNs || now.ino !== before.ino) return 'changed';
    await rename(temporary, place);
    return { path: file.path, file, stats: await lstat(place, { bigint: true }) };
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Undefined unless the place holds a pointer to `oid`. */
async function standingPointer(place: Buffer | string, oid: string): Promise<BigIntStats | undefined> {
  const stats = await lstat(place, { bigint: true }).catch(() => undefined);
  if (stats?.isFile() !== true || stats.size >= pointerLimit) return undefined;
  return readLfsPointer(await readFile(place))?.oid === oid ? stats : undefined;
}

function temporaryBeside(place: Buffer | string): Buffer | string {
  const name = ownTemporary();
  if (typeof place === 'string') return join(dirname(place), name);
  return Buffer.concat([place.subarray(0, place.lastIndexOf(0x2f) + 1), Buffer.from(name)]);
}
