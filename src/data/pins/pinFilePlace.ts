/** Reads and replaces one file of a data repository that Lockstep writes beside the person's: never through a link. */
import { chmod, lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { pinNotWritable } from './errors.ts';

/** The text of `path` (relative to the data root), undefined where there is none. Rejects with `pin-not-writable` for links and folders. */
export async function readForWriting(root: string, path: string): Promise<string | undefined> {
  await refuseLinks(root, path);
  try {
    return await readFile(join(root, path), 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw pinNotWritable(path, `it cannot be read (${systemErrorCode(error) ?? 'unknown'})`);
  }
}

/** Whole or not at all; the mode of the file stays. */
export async function replaceFile(root: string, path: string, text: string): Promise<void> {
  await refuseLinks(root, path);
  const target = join(root, path);
  const mode = await lstat(target).then(
    found => found.mode & 0o777,
    () => undefined,
  );
  await writeFileAtomic(target, text);
  if (mode !== undefined && mode !== 0o644) await chmod(target, mode);
}

async function refuseLinks(root: string, path: string): Promise<void> {
  for (let at = path; at !== '.' && at !== ''; at = dirname(at)) {
    const found = await lstat(join(root, at)).catch(() => undefined);
    if (found?.isSymbolicLink() === true) throw pinNotWritable(path, `${at} is a symbolic link`);
    if (at === path && found !== undefined && !found.isFile()) throw pinNotWritable(path, 'it is no file');
  }
}
