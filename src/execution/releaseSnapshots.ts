/**
 * Frees the snapshots of runs that were deleted for good. Called after runs were removed, because only then something
 * can have become unneeded. It only ever errs towards keeping: where one record cannot be read, nothing is released.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeTime } from 'ulid';
import * as z from 'zod';
import { systemErrorCode } from '../base/systemError.ts';
import { isReleaseDue, releaseUnneeded } from '../git/releaseUnneeded.ts';
import type { NeededCode } from '../git/releaseUnneeded.ts';
import { knownValue } from '../runs/known.ts';
import { knownSchema } from '../runs/knownSchema.ts';
import { codeSchema } from '../runs/plan.ts';
import { isRunId } from '../runs/runFolders.ts';
import { runPathsIn, storePaths } from '../runs/runPaths.ts';
import type { StorePath } from '../runs/runPaths.ts';

export interface ReleaseSnapshots {
  readonly store: StorePath;
  /** How many runs the trash has just lost for good. */
  readonly emptied: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch; the clock's when absent. */
  readonly now?: number;
}

/** Never rejects: what is not released today is tried again. Resolves with the trees that were released. */
export async function releaseSnapshots(request: ReleaseSnapshots): Promise<string[]> {
  const { store, emptied, now = Date.now(), signal, environment } = request;
  try {
    if (emptied === 0 && !(await isReleaseDue(store, now))) return [];
    return await releaseUnneeded({
      ...{ store, now, needed: () => neededCode(store, now) },
      ...(signal === undefined ? {} : { signal }),
      ...(environment === undefined ? {} : { environment }),
    });
  } catch {
    return [];
  }
}

const treesSchema = z.looseObject({
  code: knownSchema(
    codeSchema.pick({ tree: true, headTree: true, heldTree: true }).extend({
      submodules: z
        .array(
          z.looseObject({
            tree: z.string(),
            headTree: z.string().optional(),
            heldTree: z.string().optional(),
          }),
        )
        .optional(),
    }),
  ),
});

/** So many records are read at a time. */
const atOnce = 64;
/** A run without a plan is preparing for so long at most; later it never will have one. */
const preparingMs = 24 * 60 * 60 * 1000;

/** Of all runs, those in the trash included; undefined when one of them cannot be told. */
async function neededCode(store: StorePath, now: number): Promise<NeededCode[] | undefined> {
  const { runs, trash } = storePaths(store);
  const needed: NeededCode[] = [];
  for (const folder of [runs, trash]) {
    for (const part of await namesIn(folder)) {
      const ids = (await namesIn(join(folder, part))).filter(isRunId);
      for (let at = 0; at < ids.length; at += atOnce) {
        const some = ids.slice(at, at + atOnce).map(id => codeOf(join(folder, part, id), id, now));
        for (const code of await Promise.all(some)) {
          if (code === 'cannot-tell') return undefined;
          if (code !== undefined) needed.push(code);
        }
      }
    }
  }
  return needed;
}

async function codeOf(dir: string, id: string, now: number): Promise<NeededCode | 'cannot-tell' | undefined> {
  try {
    const text = await readFile(runPathsIn(dir).plan, 'utf8');
    return knownValue(treesSchema.parse(JSON.parse(text)).code) as NeededCode | undefined;
  } catch (error) {
    const none = systemErrorCode(error) === 'ENOENT';
    return none && now - decodeTime(id) > preparingMs ? undefined : 'cannot-tell';
  }
}

/** Rejects where a folder is there but cannot be read: its runs would seem to be none. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '')) return [];
    throw error;
  }
}
