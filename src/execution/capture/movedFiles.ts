/**
 * Files in folders that a run renamed, as is usual for checkpoints that appear at once or not at all: compiled code wrote
 * some of them under the first name, and nobody saw it.
 */
import { sep } from 'node:path';
import { findChangedFiles, type ChangedFilesQuestion } from './findChangedFiles.ts';
import { isBelow } from './ignoredPaths.ts';

/**
 * What was written in a folder has its new name after the folder was renamed, so that it is no input where it is read
 * again. Changes `placed`, and tells the new names.
 */
export function renamedFiles(placed: Set<string>, from: string | undefined, to: string): string[] {
  if (from === undefined) return [];
  const old = [...placed].filter(path => path.startsWith(from + sep));
  const renamed = old.map(path => to + path.slice(from.length));
  for (const path of old) placed.delete(path);
  for (const path of renamed) placed.add(path);
  return renamed;
}

/** Of the folders the files that are newer than the moment `since`. Absolute. Rejects only when aborted. */
export async function movedFiles(
  folders: readonly string[],
  question: Omit<ChangedFilesQuestion, 'root'>,
): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    if (question.ignored(folder) || folders.some(other => other !== folder && isBelow(folder, other)))
      continue;
    found.push(...(await findChangedFiles({ ...question, root: folder })));
  }
  return found;
}
