/**
 * Reads a text file of a project that may be anybody's: bounded, regular files only, nothing outside the project,
 * no binary content.
 */
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { systemErrorCode } from '../../../base/systemError.ts';

/** Why a file was not read; its text ends the sentence "FILE was not read: …". */
export class UnreadError extends Error {}

const largest = 4 * 1024 * 1024;
/** A lock names every file of every package. */
const largestLock = 32 * 1024 * 1024;

/** undefined where there is no such file. Throws UnreadError. @param path Relative to `root`. */
export async function readProjectText(root: string, path: string): Promise<string | undefined> {
  const limit = path.endsWith('.lock') ? largestLock : largest;
  const place = join(root, path);
  let real;
  try {
    real = await realpath(place);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw new UnreadError(systemErrorCode(error) ?? 'it cannot be opened');
  }
  if (!real.startsWith((await realpath(root)) + sep)) throw new UnreadError('it lies outside the project');
  let handle;
  try {
    // A named pipe would otherwise wait for its writer.
    handle = await open(real, constants.O_RDONLY | (constants.O_NONBLOCK || 0));
    const found = await handle.stat();
    if (!found.isFile()) throw new UnreadError('it is no regular file');
    if (found.size > limit) throw new UnreadError(`it is larger than ${limit / 1024 / 1024} MiB`);
    return textOf(await handle.readFile());
  } catch (error) {
    if (error instanceof UnreadError) throw error;
    throw new UnreadError(systemErrorCode(error) ?? 'it cannot be opened');
  } finally {
    await handle?.close();
  }
}

function textOf(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw new UnreadError('it is not text');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadError('it is not UTF-8 text');
  }
}
