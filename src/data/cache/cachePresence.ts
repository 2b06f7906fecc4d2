/**
 * Which objects a cache holds, without asking for each: 256 folders are listed, all at once. What is told was true when
 * it was looked at; an object may come or go any moment after.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import type { ObjectId } from '../objectId.ts';

export interface CachePresence {
  has(id: ObjectId): boolean;
  /** Of both layouts. */
  objects(): IterableIterator<ObjectId>;
}

/** As if the cache did not have `ids`. */
export function presenceWithout(presence: CachePresence, ids: readonly ObjectId[]): CachePresence {
  const left = new Set(ids.map(id => `${id.algorithm} ${id.value}`));
  const isLeft = (id: ObjectId): boolean => left.has(`${id.algorithm} ${id.value}`);
  return {
    has: id => presence.has(id) && !isLeft(id),
    *objects() {
      for (const id of presence.objects()) if (!isLeft(id)) yield id;
    },
  };
}

/** First two digits → names in that folder, whatever they are: what is asked for is never put together. */
type Layout = ReadonlyMap<string, ReadonlySet<string>>;

export async function readPresence(folder: string): Promise<CachePresence> {
  const [current, legacy] = await Promise.all([readLayout(join(folder, 'files', 'md5')), readLayout(folder)]);
  const layouts = { md5: current, 'md5-dos2unix': legacy };
  function* objects(): IterableIterator<ObjectId> {
    for (const [algorithm, layout] of [
      ['md5', current],
      ['md5-dos2unix', legacy],
    ] as const)
      for (const [prefix, names] of layout)
        for (const rest of names) if (restForm.test(rest)) yield { algorithm, value: prefix + rest };
  }
  return {
    has: ({ algorithm, value }) => layouts[algorithm].get(value.slice(0, 2))?.has(value.slice(2)) === true,
    objects,
  };
}

const restForm = /^[0-9a-f]{30}(?:\.dir)?$/;
const prefixForm = /^[0-9a-f]{2}$/;

async function readLayout(folder: string): Promise<Layout> {
  const prefixes = (await namesIn(folder)).filter(name => prefixForm.test(name));
  return new Map(
    await Promise.all(
      prefixes.map(async (prefix): Promise<[string, ReadonlySet<string>]> => {
        return [prefix, new Set(await namesIn(join(folder, prefix)))];
      }),
    ),
  );
}

/** None of what is no folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
