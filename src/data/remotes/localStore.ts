/**
 * A remote in a folder of this machine or of a mounted disk, laid out as DVC does: read-only objects, written under a
 * temporary name beside their own and renamed.
 */
import { randomBytes } from 'node:crypto';
import { constants, createReadStream, type Dirent, type Stats } from 'node:fs';
import { chmod, copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isTemporaryName } from '../../base/atomicFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { objectNotFound, remoteNotFound, writingFailure } from './errors.ts';
import type { ObjectStore, RemoteSettings, StoredObject } from './objectStore.ts';
import { jobsOf } from './remoteOptions.ts';

/** @param folder Absolute; made when the first object is written. */
export function openLocalStore(settings: RemoteSettings, folder: string): ObjectStore {
  const root = resolve(folder);
  const shared = settings.options['shared'] === 'group';
  const pathOf = (key: string): string => join(root, ...key.split('/'));

  return {
    label: root,
    folder: { path: root, sharedWithGroup: shared },
    concurrency: jobsOf(settings) ?? 4,

    async size(key, signal) {
      signal?.throwIfAborted();
      const found = await statOrNothing(pathOf(key));
      return found?.isFile() === true ? found.size : undefined;
    },

    async *list(prefix, signal) {
      if ((await statOrNothing(root)) === undefined) throw remoteNotFound(root, 'this folder');
      yield* filesBelow(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, signal);
    },

    async read(key, { start = 0, signal }) {
      signal?.throwIfAborted();
      const path = pathOf(key);
      const handle = await open(path, 'r').catch((error: unknown) => {
        if (isAbsent(error)) throw objectNotFound(root, key);
        throw error;
      });
      try {
        const { size } = await handle.stat();
        const from = start <= size ? start : 0;
        const body = createReadStream(path, { fd: handle, start: from, highWaterMark: 1 << 20 });
        return { body, start: from, size };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },

    async write(key, source, { signal, onBytes }) {
      signal?.throwIfAborted();
      const target = pathOf(key);
      const temporary = join(dirname(target), `.${randomBytes(12).toString('hex')}.tmp`);
      try {
        await mkdir(dirname(target), { recursive: true });
        if (shared) await chmod(dirname(target), 0o2775);
        await copyFile(source.path, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
        await chmod(temporary, 0o444);
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw writingFailure(root, error);
      }
      onBytes?.(source.size);
    },

    async remove(keys, signal) {
      for (const key of keys) {
        signal?.throwIfAborted();
        await rm(pathOf(key), { force: true });
      }
    },

    close: () => Promise.resolve(),
  };
}

/** @param below Ends in a slash, or is empty. */
async function* filesBelow(
  root: string,
  below: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredObject> {
  signal?.throwIfAborted();
  let entries: Dirent[];
  try {
    entries = await readdir(join(root, ...below.split('/')), { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  for (const entry of entries) {
    const key = below + entry.name;
    if (entry.isDirectory()) {
      if (key.startsWith(prefix) || prefix.startsWith(`${key}/`))
        yield* filesBelow(root, `${key}/`, prefix, signal);
    } else if (entry.isFile() && key.startsWith(prefix) && !isTemporaryName(entry.name)) {
      const found = await statOrNothing(join(root, ...key.split('/')));
      if (found !== undefined) yield { key, size: found.size };
    }
  }
}

async function statOrNothing(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
}

function isAbsent(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
