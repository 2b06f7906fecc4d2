/** Files below a folder that changed since a moment: the outputs of programs that cannot be observed otherwise. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface ChangedFilesQuestion {
  /** Absolute. */
  readonly root: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Folders and files that are left out; folders are not entered. */
  readonly ignored: (path: string) => boolean;
  readonly signal?: AbortSignal | undefined;
  /** Entries looked at before the search ends. Default 300,000. */
  readonly most?: number;
}

/** Absolute paths. Links are not followed; unreadable folders are left out. Rejects only when aborted. */
export async function findChangedFiles(question: ChangedFilesQuestion): Promise<string[]> {
  const changed: string[] = [];
  const waiting = [question.root];
  let left = question.most ?? 300_000;
  while (waiting.length > 0 && left > 0) {
    question.signal?.throwIfAborted();
    const folder = waiting.pop() ?? '';
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    left -= entries.length + 1;
    const files: string[] = [];
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (question.ignored(path)) continue;
      if (entry.isDirectory()) {
        if (!(await isEnvironment(path))) waiting.push(path);
      } else if (entry.isFile()) files.push(path);
    }
    for (const path of await Promise.all(files.map(path => changedSince(path, question.since))))
      if (path !== undefined) changed.push(path);
  }
  return changed;
}

async function changedSince(path: string, since: number): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  // The inode's own time too: a file that was moved here keeps the time of its content.
  return found !== undefined && Math.max(found.mtimeMs, found.ctimeMs) >= since ? path : undefined;
}

/** A virtual environment may have any name; this file is in each of them. */
async function isEnvironment(folder: string): Promise<boolean> {
  return stat(join(folder, 'pyvenv.cfg')).then(
    () => true,
    () =>
      stat(join(folder, 'conda-meta')).then(
        () => true,
        () => false,
      ),
  );
}
