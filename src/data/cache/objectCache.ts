/**
 * The local cache of DVC: every object under its hash, whole or not there, read-only (0444, which DVC takes as proof
 * that it was verified). Objects get their name by a rename, so a reader and a crash see all of one or nothing.
 */
import { lstat, mkdir, readFile, rename, rm, writeFile, chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hash } from 'node:crypto';
import { systemErrorCode } from '../../base/systemError.ts';
import type { DataRepository } from '../dataRepository.ts';
import { cacheNotWritable, objectCorrupt, objectNotInCache } from '../errors.ts';
import type { FolderListing } from '../folderListing.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import { listingBytes, listingId } from '../listing/listingBytes.ts';
import { parseListing } from '../listing/parseListing.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';
import { readPresence, type CachePresence } from './cachePresence.ts';

export interface StoredListing {
  readonly object: ObjectId;
  /** Bytes of the listing itself. */
  readonly size: number;
}

/** What a look at one object says: its bytes as the file system counts them, and whether DVC would believe it. */
export interface ObjectFile {
  readonly path: string;
  readonly size: number;
  /** Mode 0444: verified when it was written. */
  readonly protected: boolean;
}

export class ObjectCache {
  /** Absolute. */
  readonly folder: string;
  /** `cache.shared = group`: folders belong to the group and keep it. */
  readonly sharedWithGroup: boolean;

  constructor(options: { folder: string; sharedWithGroup?: boolean }) {
    this.folder = options.folder;
    this.sharedWithGroup = options.sharedWithGroup ?? false;
  }

  static of(repository: DataRepository): ObjectCache {
    const { cacheFolder: folder, sharedWithGroup } = repository.settings;
    return new ObjectCache({ folder, sharedWithGroup });
  }

  /** Absolute. */
  pathOf(id: ObjectId): string {
    return join(this.folder, objectKey(id));
  }

  async has(id: ObjectId): Promise<boolean> {
    return (await this.look(id)) !== undefined;
  }

  /** Undefined where there is no such object. */
  async look(id: ObjectId): Promise<ObjectFile | undefined> {
    const path = this.pathOf(id);
    try {
      const found = await lstat(path);
      if (!found.isFile()) return undefined;
      return { path, size: found.size, protected: (found.mode & 0o777) === 0o444 };
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  /** Every object of both layouts, by name. */
  presence(): Promise<CachePresence> {
    return readPresence(this.folder);
  }

  /**
   * Reads and checks a listing. Rejects with `object-not-in-cache`, `object-corrupt` (names the file), and what
   * `parseListing` throws.
   */
  async readListing(id: ObjectId): Promise<FolderListing> {
    return parseListing(await this.readListingBytes(id), { name: id.value });
  }

  /** The bytes of a listing that have the hash of its name. Rejects as `readListing`. */
  async readListingBytes(id: ObjectId): Promise<Buffer> {
    const path = this.pathOf(id);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      throw systemErrorCode(error) === 'ENOENT' ? objectNotInCache(objectText(id)) : error;
    }
    const found = `${hash('md5', bytes)}.dir`;
    if (found !== id.value) throw objectCorrupt(objectText(id), path, found);
    return bytes;
  }

  /** Writes the `.dir` object of a listing, unless it is there. Its files are to be in the cache before. */
  async insertListing(listing: FolderListing): Promise<StoredListing> {
    const bytes = listingBytes(listing);
    const object = listingId(bytes);
    await this.insertBytes(object, bytes);
    return { object, size: bytes.length };
  }

  /** Keeps `bytes`, whose hash the caller has made, under `id`. */
  async insertBytes(id: ObjectId, bytes: Uint8Array): Promise<void> {
    if (await this.#holds(id, bytes.length)) return;
    const temporary = await this.temporaryPath(id);
    try {
      await writeFile(temporary, bytes, { flag: 'wx' });
      await this.adopt(id, temporary);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /**
   * Where a file is to be made that {@link adopt} then names: in the folder of the object, which is made. Rejects with
   * `cache-not-writable`.
   */
  async temporaryPath(id: ObjectId): Promise<string> {
    const folder = dirname(this.pathOf(id));
    try {
      await this.#makeFolder(folder);
    } catch (error) {
      throw cacheNotWritable(this.folder, error);
    }
    return join(folder, ownTemporary());
  }

  /**
   * Takes a whole and verified file of the cache's file system as the object: read-only, then renamed. What stood
   * there before is replaced: the caller has verified, whoever wrote that may not have.
   */
  async adopt(id: ObjectId, temporary: string): Promise<void> {
    await chmod(temporary, 0o444);
    const path = this.pathOf(id);
    try {
      await rename(temporary, path);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw error;
      await this.#makeFolder(dirname(path));
      await rename(temporary, path);
    }
  }

  /** Removes objects; what is not there is no failure. */
  async remove(ids: readonly ObjectId[]): Promise<void> {
    for (const id of ids) await rm(this.pathOf(id), { force: true });
  }

  async #holds(id: ObjectId, size: number): Promise<boolean> {
    const found = await this.look(id);
    return found?.protected === true && found.size === size;
  }

  async #makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true });
    if (first === undefined || !this.sharedWithGroup) return;
    // The folders from the first that was made down to this one: mkdir itself obeys the umask and drops setgid.
    for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, 0o2775);
  }
}

/** `md5:<hex>[.dir]`, as results and messages name objects. */
export function objectText(id: ObjectId): string {
  return `${id.algorithm}:${id.value}`;
}
