/**
 * Folders that a run made for what it wrote: a reproduction must not find them, or a program that numbers its folders
 * counts on, and one that makes them fails. What the program was seen to do comes first; what nobody observed is told by
 * the time at which a folder was made, where the file system keeps that.
 */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasBirthTimes } from '../sources/birthTimes.ts';
import { isBelow } from './ignoredPaths.ts';
import type { SeenFolder } from './readSeen.ts';

/** Whether the run made a folder (absolute). Never rejects. */
export type MadeBy = (folder: string) => Promise<boolean>;

/** @param startedAt Milliseconds since the epoch. */
export function foldersMadeBy(seen: readonly SeenFolder[], startedAt: number): MadeBy {
  const known = new Map(seen.map(({ path, made }) => [path, made]));
  return async folder => {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const found = await stat(folder).catch(() => undefined);
    const made = found !== undefined && found.birthtimeMs >= startedAt && hasBirthTimes(folder, found.dev);
    known.set(folder, made);
    return made;
  };
}

const mostFolders = 1000;

/**
 * Of each output the topmost such folder, absolute and sorted. Never rejects.
 * @param outputs What the run wrote. Absolute.
 */
export async function madeFolders(
  root: string,
  outputs: readonly string[],
  madeByRun: MadeBy,
): Promise<string[]> {
  const tops = new Set<string>();
  for (const folder of new Set(outputs.map(path => dirname(path)))) {
    let top: string | undefined;
    for (let at = folder; !isBelow(root, at) && (await madeByRun(at)); at = dirname(at)) top = at;
    if (top !== undefined) tops.add(top);
  }
  return [...tops].sort().slice(0, mostFolders);
}
