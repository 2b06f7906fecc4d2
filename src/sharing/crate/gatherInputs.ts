/** What a run read beside its code, for an export: as it was read, or named as missing. */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import { cachedInput } from './cachedInput.ts';
import { hashOf } from '../record/hashOf.ts';
import type { ShareTask } from '../shareTask.ts';
import type { ZipEntry } from './zipFile.ts';

/** They go along up to this size together. */
const inputBytes = 64 * 1024 * 1024;

export interface GatheredInputs {
  readonly all: readonly FileUse[];
  readonly files: readonly ZipEntry[];
  readonly missing: readonly string[];
}

/** What the run read beside its code, where it is still what it was, or in the data cache. Links out of the workspace are never followed. */
export async function gatherInputs(
  { plan, captured, result, dir }: RunDetails,
  root: string,
  snapshot: readonly ZipEntry[],
  task: ShareTask,
): Promise<GatheredInputs> {
  const held = new Set(snapshot.map(({ path }) => path));
  const written = new Set((result?.outputs ?? []).map(({ path }) => path));
  const all = (captured?.inputs ?? []).filter(
    ({ path, inSnapshot, problem, opened }) =>
      inSnapshot !== true &&
      problem !== 'missing' &&
      !held.has(path) &&
      // Of what was only added to, the rest is made without.
      (opened === undefined ? !written.has(path) : opened !== 'append'),
  );
  const files: ZipEntry[] = [];
  const missing: string[] = [];
  const top = await realpath(root);
  let left = inputBytes;
  for (const { path, sha256, size = 0, opened } of all) {
    task.signal?.throwIfAborted();
    if (isAbsolute(path)) {
      missing.push(path);
      continue;
    }
    // What the run wrote to is in its record as it was before, where it was small.
    const earlier = opened === undefined ? undefined : join(runPathsIn(dir).earlier, sha256 ?? '');
    const place = earlier ?? (await realpath(join(root, path)).catch(() => undefined));
    const inside = earlier !== undefined || place?.startsWith(top + sep) === true || isDataCache(place);
    const read = async (from: string | undefined): Promise<Buffer | undefined> => {
      if (from === undefined || sha256 === undefined || size > left) return undefined;
      const bytes = await readFile(from).catch(() => undefined);
      return bytes !== undefined && hashOf(bytes) === sha256 ? bytes : undefined;
    };
    const bytes =
      (await read(inside ? place : undefined)) ??
      // Checked out at another commit, or not at all.
      (plan === undefined || size > left ? undefined : await read(await cachedInput(path, plan, root, task)));
    if (bytes === undefined) missing.push(path);
    else {
      left -= bytes.length;
      files.push({ path, bytes, kind: 'file' });
    }
  }
  return { all, files, missing };
}

/** Pinned data may be a link into a cache outside of the repository; its hash says that it is what was read. */
function isDataCache(place: string | undefined): boolean {
  return place !== undefined && /[/\\]files[/\\]md5[/\\][0-9a-f]{2}[/\\][0-9a-f]{30}$/.test(place);
}

/** The home folder is where it is for whoever repeats the run. */
export function neutralPath(path: string, root: string, home: string | undefined): string {
  if (!isAbsolute(path) || path.startsWith(root + sep) || home === undefined || home === '') return path;
  return path.startsWith(home + sep) ? `~/${path.slice(home.length + 1)}` : path;
}
