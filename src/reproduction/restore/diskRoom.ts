/** Whether a reproduction fits on the disk of the cache: its checkout, and the outputs that it writes there once more. */
import { isAbsolute } from 'node:path';
import { isDiskFull } from '../../base/isDiskFull.ts';
import { freeSpace } from '../../data/remotes/freeSpace.ts';
import { findRepository } from '../../git/findRepository.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { cacheFull } from './errors.ts';
import { sizeWords } from '../forecast/forecastWords.ts';
import { readSnapshotTree } from '../forecast/snapshotTree.ts';
import { sumBytes } from '../forecast/wholeBytes.ts';

/** Bytes of what the run wrote into its repository, as far as they were counted. */
export function outputBytes({ result }: Pick<RunDetails, 'result'>): number {
  return sumBytes((result?.outputs ?? []).filter(({ path }) => !isAbsolute(path)).map(({ size }) => size));
}

/** Rejects with `disk-full` where what the run wrote does not fit beside what is in `folder`. */
export async function requireRoom(original: RunDetails, folder: string): Promise<void> {
  const needed = outputBytes(original);
  const free = await freeSpace(folder);
  if (free !== undefined && needed > free)
    throw cacheFull(folder, `${sizeWords(needed)} for what the run wrote`, free);
}

export interface FullDiskQuestion {
  readonly original: RunDetails;
  /** Where it was to be made. Absolute. */
  readonly folder: string;
  readonly workspace: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A failure for want of room in the words of the product, with what is needed; any other error as it is. */
export async function withFullDisk(error: unknown, question: FullDiskQuestion): Promise<unknown> {
  if (!isDiskFull(error)) return error;
  const { original, folder, workspace, environment } = question;
  const code = knownValue(original.plan?.code);
  const variables = { ...environment };
  const repository = await findRepository(workspace, variables).catch(() => undefined);
  const tree =
    code === undefined || repository === undefined
      ? undefined
      : await readSnapshotTree(repository, code.tree, { environment: variables }).catch(() => undefined);
  const sizes = [
    ...(tree === undefined ? [] : [`${sizeWords(tree.bytes)} for the code`]),
    `${sizeWords(outputBytes(original))} for what the run wrote`,
  ];
  const needs = `${sizes.join(' and ')}, beside data and environment`;
  return cacheFull(folder, needs, await freeSpace(folder), error);
}
