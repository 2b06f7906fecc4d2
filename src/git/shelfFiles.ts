/**
 * Reads and replaces shelves through the files that git itself keeps them in, without a process: half of a snapshot's
 * time was spent starting git for them. Whatever is not a plain loose file here is left to git. Replacing is for the
 * snapshot store alone and takes git's own lock file, so that git may do the same at once.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { systemErrorCode } from '../base/systemError.ts';
import type { GitContext } from './runGit.ts';
import { isSnapshotStore } from './snapshotStore.ts';
import { readTreeObject, type TreeEntry } from './treeObject.ts';

export interface Shelf {
  /** Of the tree object; undefined when the ref does not exist yet. */
  readonly id: string | undefined;
  readonly entries: readonly TreeEntry[];
}

/** Undefined when git has to be asked. */
export async function readShelfFile({ repository }: GitContext, ref: string): Promise<Shelf | undefined> {
  const { commonDir } = repository;
  if (commonDir === undefined) return undefined;
  try {
    const id = await readRef(commonDir, ref);
    if (id === undefined) return (await hasOnlyLooseRefs(commonDir)) ? { id, entries: [] } : undefined;
    if (!/^[0-9a-f]{40,64}$/.test(id)) return undefined;
    const bytes = await promisify(inflate)(await readFile(objectPath(commonDir, id)));
    const headerEnd = bytes.indexOf(0);
    if (!bytes.toString('latin1', 0, headerEnd).startsWith('tree ')) return undefined;
    return { id, entries: readTreeObject(bytes.subarray(headerEnd + 1), id.length / 2) };
  } catch {
    return undefined;
  }
}

/**
 * Whether `content`, a tree object's, now stands in the place of `old`; false when another process was faster.
 * Undefined when git has to do it.
 */
export async function replaceShelfFile(
  { repository }: GitContext,
  ref: string,
  old: Shelf,
  content: Buffer,
  idBytes: number,
): Promise<{ id: string; replaced: boolean } | undefined> {
  const { commonDir } = repository;
  // In the person's repository refs may be stored in other ways.
  if (commonDir === undefined || !isSnapshotStore(commonDir) || !(await hasOnlyLooseRefs(commonDir)))
    return undefined;
  const id = await writeTree(commonDir, content, idBytes);
  const path = join(commonDir, ref);
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true });
  const handle = await openLock(lock);
  if (handle === undefined) return { id, replaced: false };
  try {
    const replaced = (await readRef(commonDir, ref)) === old.id;
    if (replaced) {
      await handle.writeFile(`${id}\n`);
      await handle.sync();
    }
    await handle.close();
    await (replaced ? rename(lock, path) : unlink(lock));
    return { id, replaced };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(lock).catch(() => undefined);
    throw error;
  }
}

/** What the ref's own file says; undefined when there is none. */
export async function shelfIdInFile({ repository }: GitContext, ref: string): Promise<string | undefined> {
  const { commonDir } = repository;
  const id = commonDir === undefined ? undefined : await readRef(commonDir, ref);
  return id !== undefined && /^[0-9a-f]{40,64}$/.test(id) ? id : undefined;
}

async function readRef(commonDir: string, ref: string): Promise<string | undefined> {
  try {
    return (await readFile(join(commonDir, ref), 'latin1')).trim();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function hasOnlyLooseRefs(commonDir: string): Promise<boolean> {
  const others = await Promise.all(
    ['packed-refs', 'reftable'].map(name =>
      stat(join(commonDir, name)).then(
        () => true,
        (error: unknown) => systemErrorCode(error) !== 'ENOENT',
      ),
    ),
  );
  return !others.includes(true);
}

/** Somebody who was killed while holding the lock must not stop all others for ever. */
const staleLockMs = 60_000;

/** Undefined while another process holds the lock. */
async function openLock(lock: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  try {
    return await open(lock, 'wx');
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    const held = await stat(lock).catch(() => undefined);
    if (held !== undefined && Date.now() - held.mtimeMs > staleLockMs)
      await unlink(lock).catch(() => undefined);
    return undefined;
  }
}

/** As a loose object; its id. */
async function writeTree(commonDir: string, content: Buffer, idBytes: number): Promise<string> {
  const bytes = Buffer.concat([Buffer.from(`tree ${content.length}\0`, 'latin1'), content]);
  const id = createHash(idBytes === 20 ? 'sha1' : 'sha256')
    .update(bytes)
    .digest('hex');
  const path = objectPath(commonDir, id);
  await mkdir(dirname(path), { recursive: true });
  // The name by which git knows, and clears away, what was never finished.
  const unfinished = join(dirname(path), `tmp_obj_${randomBytes(6).toString('hex')}`);
  await writeFile(unfinished, await promisify(deflate)(bytes), { mode: 0o444, flag: 'wx' });
  await rename(unfinished, path);
  return id;
}

function objectPath(commonDir: string, id: string): string {
  return join(commonDir, 'objects', id.slice(0, 2), id.slice(2));
}
