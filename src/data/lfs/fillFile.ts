/**
 * Puts the content of one Git LFS object where its pointer stands: beside it under a temporary name, verified, then
 * renamed over the pointer if that is still what stands there.
 */
import { hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  futimesSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  type BigIntStats,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { absolutePath } from '../../git/bytePath.ts';
import { staysInside } from '../../git/staysInside.ts';
import { closeQuietly, openToRead, readSmallFile, writeAll } from '../links/smallFile.ts';
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
  const before = standingPointer(place, file.oid);
  if (before === undefined) return 'changed';
  const temporary = temporaryBeside(place);
  try {
    const mode = Number(before.mode & 0o777n);
    if (!(await copyVerified(repository, file, { temporary, mode, signal }))) {
      await setAsideDamaged(repository, file.oid);
      return { why: 'the object in the local store is damaged; it was moved to its folder bad' };
    }
    const now = lstatSync(place, { bigint: true, throwIfNoEntry: false });
    if (now?.mtimeNs !== before.mtimeNs || now.ctimeNs !== before.ctimeNs || now.ino !== before.ino) {
      rmSync(temporary, { force: true });
      return 'changed';
    }
    renameSync(temporary, place);
    return { path: file.path, file, stats: lstatSync(place, { bigint: true }) };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

interface Copy {
  readonly temporary: Buffer | string;
  readonly mode: number;
  readonly signal: AbortSignal | undefined;
}

/** False, with nothing left, where the object is not what its name says. */
async function copyVerified(repository: LfsRepository, { oid }: LfsFile, copy: Copy): Promise<boolean> {
  const { temporary, mode, signal } = copy;
  const object = lfsObjectPath(repository, oid);
  const small = copySmall(object, oid, copy);
  if (small !== undefined) return small;
  await copyFile(object, temporary, constants.COPYFILE_FICLONE);
  if ((await sha256OfFile(temporary, signal)) !== oid) {
    rmSync(temporary, { force: true });
    return false;
  }
  chmodSync(temporary, mode);
  const time = settledTime();
  utimesSync(temporary, time, time);
  return true;
}

/** Read once, without a turn of the event loop; undefined where the object is too large to be held. */
function copySmall(object: string, oid: string, { temporary, mode }: Copy): boolean | undefined {
  const source = openToRead(object);
  try {
    const content = readSmallFile(source);
    if (content === undefined) return undefined;
    if (hash('sha256', content, 'hex') !== oid) return false;
    const target = openSync(temporary, 'wx', mode);
    try {
      writeAll(target, content);
      // What the umask took.
      if ((fstatSync(target).mode & 0o777) !== mode) fchmodSync(target, mode);
      const time = settledTime();
      futimesSync(target, time, time);
    } finally {
      closeSync(target);
    }
    return true;
  } finally {
    closeQuietly(source);
  }
}

/** Older than what git writes next: for git, a file as young as its index may have been changed since. */
function settledTime(): number {
  return Math.floor(Date.now() / 1000) - 2;
}

/** Undefined unless the place holds a pointer to `oid`. */
function standingPointer(place: Buffer | string, oid: string): BigIntStats | undefined {
  const stats = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size >= pointerLimit) return undefined;
  return readLfsPointer(readFileSync(place))?.oid === oid ? stats : undefined;
}

function temporaryBeside(place: Buffer | string): Buffer | string {
  const name = ownTemporary();
  if (typeof place === 'string') return join(dirname(place), name);
  return Buffer.concat([place.subarray(0, place.lastIndexOf(0x2f) + 1), Buffer.from(name)]);
}
