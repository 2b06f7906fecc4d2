/**
 * Reads files of a run folder that are about to be shared: by a held handle, up to a size, and never through a link or
 * out of a pipe, because what a program left there must not bring other files of its person along, nor hang.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openOwnFile } from '../../base/openOwnFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { RecordProblem } from './recordProblem.ts';

/** Undefined where there is no such file. Throws {@link RecordProblem} for one that is no ordinary file or too large. */
export async function readOwnFile(dir: string, name: string, maxBytes: number): Promise<Buffer | undefined> {
  await using file = await openOwnFile(dir, name);
  if (file === undefined) {
    if (await isMissing(join(dir, name))) return undefined;
    throw new RecordProblem(`${name} is no ordinary file, or cannot be read`);
  }
  const { size } = await file.stat();
  if (size > maxBytes) throw new RecordProblem(`${name} is too large`);
  const bytes = Buffer.alloc(size);
  const { bytesRead } = await file.read(bytes, 0, size, 0);
  return bytes.subarray(0, bytesRead);
}

/** Throws {@link RecordProblem} where a file that belongs to every record is a link, a pipe or their like. */
export async function requireOrdinaryFiles(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true }))
    if (!entry.isFile() && !entry.isDirectory() && /\.(?:json|jsonl|bin|log)$|^stdin$/.test(entry.name))
      throw new RecordProblem(`${entry.name} is no ordinary file`);
}

async function isMissing(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    (error: unknown) => systemErrorCode(error) === 'ENOENT',
  );
}
