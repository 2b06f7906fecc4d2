/**
 * Which objects a cache holds, without asking for each: a folder is read again only where its time of change says so.
 * What is told was true when it was looked at; an object may come or go any moment after.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import type { ObjectId } from '../objectId.ts';

export interface CachePresence {
  has(id: ObjectId): boolean;
  /** Number of objects of both layouts. */
  readonly count: number;
  objects(): IterableIterator<ObjectId>;
}

/** @param _stateFolder Where the names are kept between commands. */
export async function readPresence(folder: string, _stateFolder?: string): Promise<CachePresence> {
  const [current, legacy] = await Promise.all([readLayout(join(folder, 'files', 'md5')), readLayout(folder)]);
  const sets = { md5: current, 'md5-dos2unix': legacy };
  return {
    has: id => sets[id.algorithm].has(id.value),
    count: current.size + legacy.size,
    *objects() {
      for (const value of current) yield { algorithm: 'md5', value };
      for (const value of legacy) yield { algorithm: 'md5-dos2unix', value };
    },
  };
}

const restForm = /^[0-9a-f]{30}(?:\.dir)?$/;
const prefixForm = /^[0-9a-f]{2}$/;

async function readLayout(folder: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (const prefix of await names(folder)) {
    if (!prefixForm.test(prefix) || !(await lstat(join(folder, prefix))).isDirectory()) continue;
    for (const rest of await names(join(folder, prefix))) if (restForm.test(rest)) found.add(prefix + rest);
  }
  return found;
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
