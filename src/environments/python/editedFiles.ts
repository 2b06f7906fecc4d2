/** Reads every installed file and compares it with the RECORD of its package: what somebody edited by hand. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, relative, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import type { InstalledPackage } from './packages.ts';
import { readRecord } from './recordFile.ts';

export interface EditedPackage {
  readonly name: string;
  readonly version: string;
  /** Of the files that differ or lack, relative to the folder of packages; the first one, and how many. */
  readonly first: string;
  readonly count: number;
}

export interface EditedOptions {
  /** Reads only what was written to after its package was installed, which takes a moment instead of minutes. */
  readonly touched?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** @param prefix Of the environment: what a RECORD names outside of it is not looked at. Rejects when aborted. */
export async function findEditedPackages(
  installed: readonly InstalledPackage[],
  prefix: string,
  { touched, signal }: EditedOptions = {},
): Promise<EditedPackage[]> {
  const edited: EditedPackage[] = [];
  for (const { package: one, info } of installed) {
    if (info === undefined || one.editable === true) continue;
    const site = dirname(info);
    const files: string[] = [];
    const since = touched === true ? await changedAt(join(info, 'RECORD')) : undefined;
    for (const { path, hash } of (await readRecord(info)) ?? []) {
      signal?.throwIfAborted();
      const [, recorded] = /^sha256=([\w-]+)=*$/.exec(hash) ?? [];
      const file = resolve(site, path);
      if (recorded === undefined || !within(file, prefix)) continue;
      if (since !== undefined && (await changedAt(file)) < since) continue;
      if ((await hashOf(file)) !== recorded) files.push(path);
    }
    const [first] = files;
    if (first !== undefined)
      edited.push({ name: one.name, version: one.version, first, count: files.length });
  }
  return edited;
}

/** Milliseconds since the epoch; of a file that is gone it is as if it had just changed. */
async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    found => found.mtimeMs,
    () => Infinity,
  );
}

/** Base64 for URLs without padding, as RECORD has it; `missing` or `unreadable`. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('base64url');
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT' ? 'missing' : 'unreadable';
  }
}

function within(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
