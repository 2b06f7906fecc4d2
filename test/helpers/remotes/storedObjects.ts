/** Objects made for tests of remotes: content from a seed, put into a cache under the hash it has. */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTemporaryName } from '../../../src/base/atomicFile.ts';
import { objectKey, type ObjectId } from '../../../src/data/objectId.ts';
import type { TransferResult } from '../../../src/data/remotes/transferResult.ts';

export interface TestCache {
  readonly cacheFolder: string;
  readonly sharedWithGroup: boolean;
}

export function cacheIn(folder: string, name = 'cache'): TestCache {
  return { cacheFolder: join(folder, name), sharedWithGroup: false };
}

/** Bytes that are the same for the same seed, and nothing that any layer could pack. */
export function seededBytes(size: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let index = 0, made = 0; made < size; index += 1) {
    const part = createHash('sha512').update(`${seed} ${index}`).digest();
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, size);
}

export function idOf(content: string | Buffer): ObjectId {
  return { algorithm: 'md5', value: createHash('md5').update(content).digest('hex') };
}

export async function putObject(cache: TestCache, content: string | Buffer): Promise<ObjectId> {
  return putUnder(cache, idOf(content), content);
}

/** Also under an id that the content does not have. */
export async function putUnder(cache: TestCache, id: ObjectId, content: string | Buffer): Promise<ObjectId> {
  const path = join(cache.cacheFolder, objectKey(id));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, 0o444);
  return id;
}

/** The listing of a folder with these files. */
export async function putListing(
  cache: TestCache,
  files: Readonly<Record<string, ObjectId>>,
): Promise<ObjectId> {
  const entries = Object.keys(files)
    .sort()
    .map(relpath => `{"md5": "${files[relpath]?.value ?? ''}", "relpath": "${relpath}"}`);
  const text = `[${entries.join(', ')}]`;
  return putUnder(cache, { algorithm: 'md5', value: `${idOf(text).value}.dir` }, text);
}

/** Every object of a cache; throws for one whose content is another. What a killed process was making is none. */
export async function provenObjects(cache: TestCache): Promise<string[]> {
  const root = join(cache.cacheFolder, 'files', 'md5');
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.filter(one => one.isFile() && !isTemporaryName(one.name))) {
    const value = `${entry.parentPath.slice(-2)}${entry.name}`;
    const md5 = idOf(await readFile(join(entry.parentPath, entry.name))).value;
    if (!value.startsWith(md5)) throw new Error(`${value} holds ${md5}`);
    found.push(value);
  }
  return found.sort();
}

export async function partsIn(cache: TestCache): Promise<string[]> {
  return readdir(join(cache.cacheFolder, 'lockstep', 'parts')).catch(() => []);
}

export function summary(result: TransferResult): { transferred: number; missing: number; failed: string[] } {
  return {
    transferred: result.transferred.length,
    missing: result.missing.length,
    failed: result.failed.map(failure => failure.error.code),
  };
}
