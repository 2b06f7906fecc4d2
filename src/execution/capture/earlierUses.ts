/** Inputs that the run wrote to: what is recorded of them is what they held before. */
import { stat } from 'node:fs/promises';
import type { FileUse } from '../../runs/captured.ts';
import type { SeenEarlier, SeenRead } from './readSeen.ts';
import { goneProblem } from './temporaryFiles.ts';

/** An input, and the name of the copy of what it held before the run wrote to it. */
export type ListedInput = FileUse & { readonly copy?: string };

/** Recorded of an input that is another one after the run than when it was read. */
export const changedProblem = 'changed after it was read';
/** Recorded of an input that the run itself made another one. */
export const overwrittenProblem = 'written to by the run';

/**
 * What it held before the run opened it for writing; that does not say yet that it was written to.
 * @param read As the program read it, where it did so before.
 */
export async function describeEarlier(
  use: FileUse,
  { path, size, modifiedAt, copy, how }: SeenEarlier,
  read: SeenRead,
): Promise<ListedInput> {
  const now = await stat(path).catch(() => undefined);
  if (now?.size === size && sameTime(now.mtimeMs, modifiedAt))
    return { ...use, size, modifiedAt: now.mtimeMs };
  const opened = { ...use, size, modifiedAt, opened: how };
  const asRead = read.size === size && sameTime(read.modifiedAt, modifiedAt);
  if (copy !== undefined && asRead) return { ...opened, copy };
  return { ...opened, problem: now === undefined ? goneProblem : overwrittenProblem };
}

/**
 * Read, and then written to by what nobody could observe, or by somebody else: what was read is gone either way. What the
 * run made itself is no input.
 */
export function overwritten(input: ListedInput, outputs: readonly FileUse[], startedAt: number): ListedInput {
  const { path, problem, modifiedAt = Infinity, opened } = input;
  if (opened !== undefined || problem !== changedProblem || modifiedAt >= startedAt) return input;
  const output = outputs.find(one => one.path === path);
  if (output === undefined || (output.how !== 'seen' && input.inSnapshot === true)) return input;
  return {
    ...{ ...input, opened: 'replace' },
    problem: output.how === 'ambiguous' ? changedProblem : overwrittenProblem,
  };
}

/** Python gives the time with less precision than Node. */
export function sameTime(a: number, b: number | undefined): boolean {
  return b === undefined || Math.abs(a - b) < 1;
}
