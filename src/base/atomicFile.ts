/**
 * Writes whole files so that a reader, or a crash at any moment, sees the old content or the new one, never a part:
 * temporary name in the same folder, sync, rename.
 */
import { randomBytes } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname, join, basename } from 'node:path';

/** Replaces `path` by `content`. The folder must exist. Rejects with the system's error; the old file then still stands. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Like {@link writeFileAtomic}, as JSON with a final newline. */
export async function writeJsonAtomic(path: string, value: unknown, mode?: number): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(value, null, 1) + '\n', mode);
}

/** Readers that list folders skip names that {@link isTemporaryName} knows. */
function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** True for the names that half-finished atomic writes leave behind. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.tmp');
}
