/** Artifacts as files below a folder: listing, sending, receiving and deleting them. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isTemporaryName } from '../../base/atomicFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { artifactParts, pathInside } from './artifactPath.ts';
import { doesNotExist, invalidValue } from './mlflowProblem.ts';

export interface ListedArtifact {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}

/** In the order of names. A folder that is not there has none. `from-root`: paths begin at `folder`, else at `path`. */
export async function listArtifacts(
  folder: string,
  path: string,
  named: 'from-root' | 'from-path',
): Promise<ListedArtifact[]> {
  const parts = artifactParts(path);
  const where = await pathInside(folder, parts);
  const names = await readdir(where).catch(() => []);
  const listed = await Promise.all(
    names
      .filter(name => !isTemporaryName(name))
      .sort()
      .map(async (name): Promise<ListedArtifact | undefined> => {
        const found = await lstat(join(where, name)).catch(() => undefined);
        const shown = named === 'from-root' ? [...parts, name].join('/') : name;
        if (found?.isDirectory() === true) return { path: shown, is_dir: true };
        return found?.isFile() === true ? { path: shown, is_dir: false, file_size: found.size } : undefined;
      }),
  );
  return listed.filter(one => one !== undefined);
}

/** Streams a file. Throws RESOURCE_DOES_NOT_EXIST. */
export async function sendArtifact(folder: string, path: string, response: ServerResponse): Promise<void> {
  const whole = await pathInside(folder, artifactParts(path));
  const found = await lstat(whole).catch(() => undefined);
  if (found?.isFile() !== true) throw doesNotExist(`No such artifact: '${path}'.`);
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': found.size,
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  if (found.size === 0) response.end();
  // A file that is written meanwhile is sent as long as it was.
  else await pipeline(createReadStream(whole, { end: found.size - 1 }), response);
}

/**
 * The file is there whole or not at all. Resolves with its path on disk. A full disk is waited for, and the client with
 * it; rejects with the system's error when that took too long, after reading what the client sends.
 */
export async function receiveArtifact(
  folder: string,
  path: string,
  request: IncomingMessage,
  patience = 60_000,
): Promise<string> {
  const parts = artifactParts(path);
  if (parts.length === 0) throw invalidValue('Invalid path');
  const whole = await pathInside(folder, parts);
  const found = await lstat(whole).catch(() => undefined);
  if (found?.isDirectory() === true) throw invalidValue(`'${path}' is a folder.`);
  const temporary = join(dirname(whole), `.${randomBytes(9).toString('hex')}.tmp`);
  try {
    await writeAll(temporary, request, patience);
    await rename(temporary, whole);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return whole;
}

/** Also after a failure the rest is read: leaving it would break the connection, and the client would try again. */
async function writeAll(path: string, request: IncomingMessage, patience: number): Promise<void> {
  let handle: FileHandle | undefined;
  let failure: unknown;
  try {
    await mkdir(dirname(path), { recursive: true });
    handle = await open(path, 'wx');
  } catch (error) {
    failure = error;
  }
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (handle === undefined || failure !== undefined) continue;
      try {
        await writeWhole(handle, chunk, patience);
      } catch (error) {
        failure = error;
      }
    }
  } finally {
    await handle?.close();
  }
  if (failure !== undefined) throw failure instanceof Error ? failure : new Error('not written');
}

async function writeWhole(handle: FileHandle, chunk: Buffer, patience: number): Promise<void> {
  const end = performance.now() + patience;
  for (let written = 0; written < chunk.length;) {
    try {
      written += (await handle.write(chunk, written, chunk.length - written)).bytesWritten;
    } catch (error) {
      const full = ['ENOSPC', 'EDQUOT'].includes(systemErrorCode(error) ?? '');
      if (!full || performance.now() > end) throw error;
      await delay(500);
    }
  }
}

/** A file, or a folder with all it holds; none of that name is fine, too. */
export async function deleteArtifact(folder: string, path: string): Promise<void> {
  const parts = artifactParts(path);
  if (parts.length === 0) throw invalidValue('Invalid path');
  await rm(await pathInside(folder, parts), { recursive: true, force: true });
}
