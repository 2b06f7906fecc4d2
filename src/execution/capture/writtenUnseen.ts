/**
 * Files that were there before the run and that a program which nobody observes wrote to, as `>>` of a shell does: it may
 * have added to them, and what they held is recorded nowhere.
 */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import { overwrittenProblem } from './earlierUses.ts';

export interface UnseenWrites {
  readonly root: string;
  readonly inputs: readonly FileUse[];
  readonly outputs: readonly FileUse[];
  /** Absolute: what an observed program wrote is known as it was before. */
  readonly seenWrites: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** As inputs of which nothing is known. A file system without times of birth tells of none. */
export async function writtenUnseen({
  root,
  inputs,
  outputs,
  seenWrites,
  startedAt,
}: UnseenWrites): Promise<FileUse[]> {
  const known = new Set(inputs.map(({ path }) => path));
  const unseen = outputs.filter(
    ({ path, inSnapshot, unwritten }) =>
      inSnapshot !== true && unwritten !== true && !known.has(path) && !seenWrites.has(resolve(root, path)),
  );
  const before = await Promise.all(unseen.map(({ path }) => wasBornBefore(resolve(root, path), startedAt)));
  return unseen
    .filter((_, at) => before[at] === true)
    .map(({ path }) => ({ path, how: 'ambiguous', opened: 'append', problem: overwrittenProblem }));
}

async function wasBornBefore(path: string, moment: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  // Where no birth is known Node gives another time, or none: of a file that was written just now that is a late one.
  return found?.isFile() === true && found.birthtimeMs > 0 && found.birthtimeMs < moment - clockToleranceMs;
}

/** Times of files are taken from a clock that stands still for some milliseconds. */
const clockToleranceMs = 50;
