/**
 * Puts a batch of files into the cache in a thread: what is hashed is what is written, under a temporary name that
 * becomes the hash once all is there.
 */
import { hash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { copyHashed } from '../links/copyHashed.ts';
import { fallThrough, tryReflink } from '../links/reflink.ts';
import { closeQuietly, openToRead, readSmallFile, writeAll } from '../links/smallFile.ts';
import { splitPaths, type FileFailure } from '../workers/dataJobs.ts';
import { fileFailure, ownFailure } from '../workers/fileFailure.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { statWidth, writeStat } from '../walk/fileColumns.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';

export interface StoreBatch {
  /** Absolute folder with a slash behind it. */
  readonly root: string;
  readonly paths: string;
  /** Absolute: `files/md5` of the cache, with a slash behind it. */
  readonly objects: string;
  readonly sharedWithGroup: boolean;
  /** Of a new file, by the umask. */
  readonly fileMode: number;
  /** Tried before copying. */
  readonly first: 'reflink' | 'hardlink' | 'copy';
}

export interface StoredBatch {
  /** 16 bytes for each file; zeros for one that failed. */
  readonly md5s: Uint8Array;
  /** `statWidth` numbers for each file, after it was stored. */
  readonly stats: Float64Array;
  /** When each file had last been changed before it was read, ms since the epoch; a link to it is no change. */
  readonly changed: Float64Array;
  readonly failures: readonly FileFailure[];
}

const attempts = 3;

export async function storeBatch(batch: StoreBatch, counter: MeterCounter): Promise<StoredBatch> {
  const paths = splitPaths(batch.paths);
  const md5s = new Uint8Array(16 * paths.length);
  const stats = new Float64Array(statWidth * paths.length);
  const changed = new Float64Array(paths.length);
  const failures: FileFailure[] = [];
  for (const [index, path] of paths.entries()) {
    if (counter.stopped) break;
    try {
      const stored = storeSmall(batch, path, counter) ?? (await storeLarge(batch, path, counter));
      md5s.set(stored.md5, 16 * index);
      writeStat(stats, index, stored.after);
      changed[index] = Math.max(stored.before.ctimeMs, stored.before.mtimeMs);
    } catch (error) {
      failures.push(fileFailure(index, error));
    }
    counter.add(1, 0);
  }
  return { md5s, stats, changed, failures };
}

interface Stored {
  readonly md5: Uint8Array;
  readonly before: Stats;
  readonly after: Stats;
}

/** Undefined for a file that is too large to be held. */
function storeSmall(batch: StoreBatch, path: string, counter: MeterCounter): Stored | undefined {
  for (let attempt = 1; ; attempt += 1) {
    const source = openToRead(batch.root + path);
    try {
      const before = regular(fstatSync(source));
      const content = readSmallFile(source);
      if (content === undefined) return undefined;
      const md5 = hash('md5', content, 'buffer');
      let after = fstatSync(source);
      if (!sameContent(before, after)) {
        refuseAfter(attempt);
        continue;
      }
      const object = objectPath(batch, md5);
      if (!holds(object, content.length)) {
        const linked =
          batch.first === 'hardlink' &&
          content.length > 0 &&
          linkAsObject(batch, path, source, before, object);
        if (linked) after = fstatSync(source);
        else writeObject(batch, object, content);
      }
      counter.add(0, content.length);
      return { md5, before, after };
    } finally {
      closeQuietly(source);
    }
  }
}

async function storeLarge(batch: StoreBatch, path: string, counter: MeterCounter): Promise<Stored> {
  for (let attempt = 1; ; attempt += 1) {
    const source = await open(batch.root + path, 'r');
    let temporary: string | undefined;
    try {
      const before = regular(await source.stat());
      const byLink = batch.first === 'hardlink' && mayBecomeObject(batch.root + path, before);
      if (!byLink) temporary = makeTemporary(batch);
      const { md5 } = await copyOrClone(batch, path, source, temporary, counter);
      let after = await source.stat();
      if (!sameContent(before, after)) {
        refuseAfter(attempt);
        continue;
      }
      const object = objectPath(batch, md5);
      if (!holds(object, before.size)) {
        if (temporary === undefined) {
          if (linkAsObject(batch, path, source.fd, before, object)) after = await source.stat();
          else {
            // No links after all: once more, by copying.
            temporary = makeTemporary(batch);
            const again = await copyOrClone(batch, path, source, temporary, counter);
            if (!again.md5.equals(md5)) {
              refuseAfter(attempt);
              continue;
            }
          }
        }
        if (temporary !== undefined) {
          chmodSync(temporary, 0o444);
          nameObject(batch, temporary, object);
          temporary = undefined;
        }
      }
      return { md5, before, after };
    } finally {
      await source.close();
      if (temporary !== undefined) rmSync(temporary, { force: true });
    }
  }
}

async function copyOrClone(
  batch: StoreBatch,
  path: string,
  source: Awaited<ReturnType<typeof open>>,
  temporary: string | undefined,
  counter: MeterCounter,
): Promise<{ md5: Buffer }> {
  if (temporary === undefined) return copyHashed(source, undefined, 'md5', counter);
  const cloned =
    batch.first === 'reflink' && tryReflink(batch.root + path, temporary, `${batch.root}\0${batch.objects}`);
  const target = await open(temporary, cloned ? 'r' : 'wx', 0o444);
  try {
    // Of a clone the clone is hashed: it cannot change any more.
    return cloned
      ? await copyHashed(target, undefined, 'md5', counter)
      : await copyHashed(source, target, 'md5', counter);
  } finally {
    await target.close();
  }
}

/** Every object gets its name in the folder where it is made; that folder is made on need. */
function objectPath(batch: StoreBatch, md5: Uint8Array): string {
  const hex = Buffer.from(md5.buffer, md5.byteOffset, 16).toString('hex');
  return `${batch.objects}${hex.slice(0, 2)}/${hex.slice(2)}`;
}

function holds(object: string, size: number): boolean {
  const found = lstatSync(object, { throwIfNoEntry: false });
  // Anything but read-only of the right size was not written by a tool that had verified it.
  return found?.isFile() === true && found.size === size && (found.mode & 0o777) === 0o444;
}

function writeObject(batch: StoreBatch, object: string, content: Uint8Array): void {
  const temporary = object.slice(0, object.lastIndexOf('/') + 1) + ownTemporary();
  const target = inFolder(batch, object, () => openSync(temporary, 'wx', 0o444));
  try {
    writeAll(target, content);
    // A umask that hides the file from the group would make DVC doubt the object.
    if ((batch.fileMode & 0o444) !== 0o444) fchmodSync(target, 0o444);
    closeSync(target);
    renameSync(temporary, object);
  } catch (error) {
    closeQuietly(target);
    rmSync(temporary, { force: true });
    throw error;
  }
}

function nameObject(batch: StoreBatch, temporary: string, object: string): void {
  inFolder(batch, object, () => renameSync(temporary, object));
}

/** For files of which the hash is not known yet. */
function makeTemporary(batch: StoreBatch): string {
  mkdirSync(`${batch.objects}00`, { recursive: true });
  return `${batch.objects}00/${ownTemporary()}`;
}

/**
 * The file itself becomes the object, under a second name and read-only. False where that cannot be: other file
 * systems, files of others, links, executables (an object is never executable).
 */
function linkAsObject(
  batch: StoreBatch,
  path: string,
  source: number,
  before: Stats,
  object: string,
): boolean {
  const file = batch.root + path;
  if (!mayBecomeObject(file, before)) return false;
  try {
    fchmodSync(source, 0o444);
    inFolder(batch, object, () => linkOver(file, object));
  } catch (error) {
    if (!fallThrough.has(systemErrorCode(error))) throw error;
    fchmodSync(source, before.mode & 0o777);
    return false;
  }
  const linked = lstatSync(object);
  if (linked.ino === before.ino && sameContent(before, fstatSync(source))) return true;
  // Another file had taken the name, or someone wrote between hashing and linking.
  rmSync(object, { force: true });
  throw ownFailure('changed', 'it changes while it is stored');
}

/** What stands under the name was found wanting: it is replaced in one step. */
function linkOver(file: string, object: string): void {
  try {
    linkSync(file, object);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    const temporary = object.slice(0, object.lastIndexOf('/') + 1) + ownTemporary();
    linkSync(file, temporary);
    renameSync(temporary, object);
    // Two names of one file are not renamed over each other.
    rmSync(temporary, { force: true });
  }
}

/** Not with another name: that may be an older object, edited in place, which would look verified again. */
function mayBecomeObject(file: string, before: Stats): boolean {
  if ((before.mode & 0o111) !== 0 || before.nlink > 1) return false;
  const here = lstatSync(file);
  return here.isFile() && here.ino === before.ino;
}

function inFolder<T>(batch: StoreBatch, object: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    const folder = object.slice(0, object.lastIndexOf('/'));
    const made = mkdirSync(folder, { recursive: true });
    if (made !== undefined && batch.sharedWithGroup) chmodSync(folder, 0o2775);
    return act();
  }
}

function regular(found: Stats): Stats {
  if (!found.isFile()) throw ownFailure('special', 'it is no regular file');
  return found;
}

function sameContent(before: Stats, after: Stats): boolean {
  return before.size === after.size && before.mtimeMs === after.mtimeMs;
}

function refuseAfter(attempt: number): void {
  if (attempt >= attempts) throw ownFailure('changed', 'it changes while it is read');
}
