/**
 * One folder outside the checkout for what set-up downloads or builds, keyed by version, so that a fresh clone on the
 * same machine does not fetch it again. Parts appear whole or not at all, also when two set-ups run at once.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { userCacheFolder } from './userCache.ts';

/** `LOCKSTEP_TEST_CACHE`, else `lockstep-test` in the user's cache folder. Absolute; may not exist yet. */
export function cacheFolder(): string {
  const chosen = process.env['LOCKSTEP_TEST_CACHE'];
  if (chosen !== undefined && chosen !== '') return chosen;
  return join(userCacheFolder(), 'lockstep-test');
}

/**
 * The folder `name` of the cache (`peers/dvc` lies one deeper), filled by `install` when it is not there yet.
 * `install` gets an empty folder that is renamed into place when it is done, so it must not store its own path.
 */
export async function installOnce(name: string, install: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheFolder(), name);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  await removeAbandoned(target);
  const partial = await mkdtemp(`${target}.partial-`);
  try {
    await install(partial);
    await rename(partial, target).catch((error: unknown) => {
      // Another set-up was faster: its part is as good as ours.
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return target;
}

/** What an interrupted set-up of an earlier day left behind. */
async function removeAbandoned(target: string): Promise<void> {
  for (const entry of await readdir(dirname(target))) {
    if (!entry.startsWith(`${basename(target)}.partial-`)) continue;
    const path = join(dirname(target), entry);
    // Whoever made it may be renaming it right now.
    const made = await stat(path).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > 24 * 3600 * 1000)
      await rm(path, { recursive: true, force: true });
  }
}
