/** Which objects the listing of a folder names: all that a push needs to know of it. Paths are not looked at here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode, errorText } from '../../base/systemError.ts';
import { objectKey, type ObjectId } from '../objectId.ts';
import { listingUnreadable } from './errors.ts';
import type { TransferItem } from './transferResult.ts';

/** None when the cache does not have the listing. Rejects with `listing-unreadable`. */
export async function listedObjects(cacheFolder: string, id: ObjectId): Promise<TransferItem[]> {
  let text: string;
  try {
    text = await readFile(join(cacheFolder, objectKey(id)), 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw listingUnreadable(id.value, errorText(error));
  }
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch (error) {
    throw listingUnreadable(id.value, errorText(error));
  }
  if (!Array.isArray(entries)) throw listingUnreadable(id.value, 'it is not a list');
  return entries.map((entry: unknown) => {
    const value: unknown =
      typeof entry === 'object' && entry !== null && 'md5' in entry ? entry.md5 : undefined;
    if (typeof value !== 'string' || !/^[0-9a-f]{32}$/.test(value))
      throw listingUnreadable(id.value, 'an entry has no hash');
    return { id: { algorithm: id.algorithm, value } };
  });
}
