/**
 * Notes in the cache of what it took to make the environment of a run here: how long, and where it lies if it is one that
 * stays. A forecast tells from them; nothing is decided by them, so a lost note costs nothing.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { currentBuild } from '../../environments/python/environmentFolders.ts';
import { pythonPlatform } from '../../environments/python/pythonEnvironment.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';

const madeSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  /** Milliseconds, of the last time that it was made. */
  tookMs: z.number().nonnegative().optional(),
  /** Of a Python environment. Absolute. */
  folder: z.string().optional(),
});

export interface MadeEnvironment {
  readonly tookMs?: number | undefined;
  /** It is there to be used again. */
  readonly isHere: boolean;
}

/** The environment of a captured list of packages on the interpreter that the run had. @param list Its name. */
export function pythonKey({ interpreter }: Pick<Plan, 'interpreter'>, list: string): string {
  const { version = '', realPath = '' } = knownValue(interpreter) ?? {};
  return ['python', list, version, realPath, pythonPlatform()].join('\n');
}

/** @param how An image that was pulled is another matter than one that was built. */
export function imageKey(how: 'pulled' | 'built', imageId: string): string {
  return ['image', how, imageId.replace(/^sha256:/, '')].join('\n');
}

/** Undefined where none was made here, as far as is known. Never rejects. @param cacheFolder The product's. */
export async function readMade(cacheFolder: string, key: string): Promise<MadeEnvironment | undefined> {
  try {
    const note = madeSchema.parse(JSON.parse(await readFile(placeOf(cacheFolder, key), 'utf8')));
    const { tookMs, folder } = note;
    return { tookMs, isHere: folder !== undefined && (await currentBuild(dirname(folder))) === folder };
  } catch {
    return undefined;
  }
}

/** Never rejects. What was found ready keeps the time that it took when it was made. */
export async function noteMade(
  cacheFolder: string,
  key: string,
  { tookMs, folder }: { readonly tookMs?: number | undefined; readonly folder?: string | undefined },
): Promise<void> {
  const took = tookMs ?? (await readMade(cacheFolder, key))?.tookMs;
  const place = placeOf(cacheFolder, key);
  try {
    await mkdir(dirname(place), { recursive: true });
    await writeJsonAtomic(place, { schemaVersion: 1, tookMs: took, folder });
  } catch {
    // The next one notes it.
  }
}

function placeOf(cacheFolder: string, key: string): string {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return join(cacheFolder, 'environments', 'made', `${name}.json`);
}
