/**
 * Unfinished downloads, in `<cache>/lockstep/parts`: named by their object, so that the next fetch goes on where one
 * ended, whichever process that was. A part belongs to one transfer at a time: its name says to whom, and renaming
 * claims it. What is in a part is proven by the hash alone, never trusted.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ObjectId } from '../objectId.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { writingFailure } from './errors.ts';
import { transferKey, type CachePlace } from './transferResult.ts';

export interface PartFiles {
  /** Path of the part that is now this transfer's alone; what an earlier transfer left is in it already. */
  claim(id: ObjectId): Promise<string>;
  /** Leaves the part for whoever fetches the object next; a part that is empty or gone is nothing. */
  release(id: ObjectId, path: string): Promise<void>;
}

/** Parts that nobody came back for. */
const keptMs = 7 * 24 * 3600 * 1000;
const name =
  /^((?:md5|md5-dos2unix)\.[0-9a-f]{32}(?:\.dir)?)\.(?:free|([0-9a-f]{8})-(\d+))-[0-9a-f]{12}\.part$/;
const thisHost = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

export async function openPartFiles(cache: CachePlace): Promise<PartFiles> {
  const folder = join(cache.cacheFolder, 'lockstep', 'parts');
  await makeFolder(folder, cache);
  const left = await abandonedParts(folder);
  const fresh = (key: string, owner: string): string =>
    join(folder, `${key}.${owner}-${randomBytes(6).toString('hex')}.part`);

  return {
    async claim(id) {
      const key = transferKey(id);
      const mine = fresh(key, `${thisHost}-${process.pid}`);
      for (const path of left.get(key) ?? []) {
        try {
          await rename(path, mine);
          return mine;
        } catch {
          // Another process was faster, or it is another person's: this transfer starts anew.
        }
      }
      return mine;
    },
    async release(id, path) {
      const kept = await stat(path).catch(() => undefined);
      if (kept === undefined) return;
      if (kept.size === 0) {
        await rm(path, { force: true });
        return;
      }
      const key = transferKey(id);
      const free = fresh(key, 'free');
      await rename(path, free).catch(() => undefined);
      left.set(key, [free]);
    },
  };
}

async function makeFolder(folder: string, cache: CachePlace): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: cache.sharedWithGroup ? 0o2775 : 0o777 });
  } catch (error) {
    throw writingFailure(cache.cacheFolder, error);
  }
}

/** By {@link transferKey}, the parts that no living transfer owns; those that are too old are deleted. */
async function abandonedParts(folder: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const entry of await readdir(folder)) {
    const match = name.exec(entry);
    if (match === null) continue;
    const [, key = '', host, pid] = match;
    const path = join(folder, entry);
    const made = await stat(path).catch(() => undefined);
    if (made === undefined) continue;
    if (Date.now() - made.mtimeMs > keptMs) await rm(path, { force: true }).catch(() => undefined);
    else if (host === undefined || (host === thisHost && !isAlive(Number(pid))))
      found.set(key, [...(found.get(key) ?? []), path]);
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}
