/**
 * Built environments in the user's cache, by what they are made of: `python/<key>/<build>/` holds one, and the file
 * `python/<key>/current` names the build that is whole. A build is published by that file alone, so a builder that is
 * killed leaves a folder that nobody uses and the next one removes, and two builders at once cannot mix.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomic, writeJsonAtomic } from '../../base/atomicFile.ts';
import { hostIdentity, identifyProcess, processLives } from '../../base/processIdentity.ts';
import { foldersInUse } from './environmentProcesses.ts';

export interface Build {
  /** Absolute; does not exist yet. */
  readonly folder: string;
  /** Makes it the one to use, unless another builder was first. Resolves with the folder that counts. */
  publish(): Promise<string>;
  /** Removes what was built. */
  discard(): Promise<void>;
}

const currentName = 'current';
const buildName = /^[0-9a-f]{8}$/;
const ownerEnding = '.owner.json';
const withdrawnEnding = '.withdrawn';

const ownerSchema = z.looseObject({
  host: z.looseObject({
    host: z.string(),
    bootId: z.string().optional(),
    pidNamespace: z.string().optional(),
  }),
  process: z.looseObject({ pid: z.number(), startTime: z.string().optional() }),
});

/** Of all of them. @param cacheFolder The product's. */
export function environmentsFolder(cacheFolder: string): string {
  return join(cacheFolder, 'environments', 'python');
}

/** @param cacheFolder The product's. @param key Hex, of what the environment is made of. */
export function environmentHome(cacheFolder: string, key: string): string {
  return join(environmentsFolder(cacheFolder), key);
}

/** The published build, absolute; undefined where there is none. */
export async function currentBuild(home: string): Promise<string | undefined> {
  const name = await readFile(join(home, currentName), 'utf8').catch(() => '');
  return buildName.test(name) ? join(home, name) : undefined;
}

/**
 * A published build that turned out to be another is one no more. Its files stay for long: a training may go on in it.
 * @param folder What was looked at; another that was published meanwhile stays.
 */
export async function withdraw(home: string, folder: string): Promise<void> {
  if ((await currentBuild(home)) !== folder) return;
  await writeFile(folder + withdrawnEnding, '');
  await unlink(join(home, currentName)).catch(() => undefined);
}

/** Whether somebody of this machine who lives is building here; of others nobody can tell, so nobody waits for them. */
export async function isBeingBuilt(home: string): Promise<boolean> {
  for (const name of await readdir(home).catch(() => []))
    if (name.endsWith(ownerEnding) && (await ownerLife(join(home, name))) === 'lives') return true;
  return false;
}

/** Takes a new folder, and removes what builders left that are gone. */
export async function beginBuild(home: string): Promise<Build> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await sweep(home);
  const name = randomBytes(4).toString('hex');
  const folder = join(home, name);
  const owner = join(home, name + ownerEnding);
  const [host, process_] = await Promise.all([hostIdentity(), identifyProcess(process.pid)]);
  await writeJsonAtomic(owner, { host, process: process_ ?? { pid: process.pid } });
  const end = async (): Promise<void> => unlink(owner).catch(() => undefined);
  const discard = async (): Promise<void> => {
    await remove(folder);
    await end();
  };
  return {
    folder,
    discard,
    async publish() {
      const pointer = join(home, `${name}.pointer`);
      await writeFileAtomic(pointer, name);
      try {
        // Fails where there is one: whoever is first stays.
        await link(pointer, join(home, currentName));
      } catch {
        const other = await currentBuild(home);
        if (other !== undefined) {
          await discard();
          return other;
        }
        // No links on this file system, or a pointer that says nothing.
        await writeFile(join(home, currentName), name);
      } finally {
        await unlink(pointer).catch(() => undefined);
      }
      await end();
      return folder;
    },
  };
}

async function sweep(home: string): Promise<void> {
  const names = await readdir(home);
  const current = await currentBuild(home);
  const kept = new Set<string>();
  for (const name of names.filter(one => one.endsWith(withdrawnEnding))) {
    const build = name.slice(0, -withdrawnEnding.length);
    if (await mayBeInUse(join(home, build))) kept.add(build);
  }
  for (const name of names) {
    const build = name.slice(0, 8);
    if (!buildName.test(build) || join(home, build) === current) continue;
    if (kept.has(build) || !(await isAbandoned(join(home, build + ownerEnding)))) continue;
    await remove(join(home, name));
  }
}

const dayMs = 24 * 3600 * 1000;
/** Longer than most trainings, also those on another machine that shares the folder. */
export const withdrawnMs = 30 * dayMs;

/** Milliseconds since the epoch; undefined where it was not. @param folder Of a build. */
export async function withdrawnAt(folder: string): Promise<number | undefined> {
  return (await stat(folder + withdrawnEnding).catch(() => undefined))?.mtimeMs;
}

/** @param folder Of a withdrawn build. */
async function mayBeInUse(folder: string): Promise<boolean> {
  const since = await withdrawnAt(folder);
  if (since === undefined || Date.now() - since <= withdrawnMs) return true;
  return (await foldersInUse([folder]))?.has(folder) === true;
}

/** Whether nobody builds `folder` any more, which was not published. */
export async function isAbandonedBuild(folder: string): Promise<boolean> {
  return isAbandoned(folder + ownerEnding);
}

/** A builder on another machine that shares the folder has a day. */
async function isAbandoned(owner: string): Promise<boolean> {
  const life = await ownerLife(owner);
  if (life !== 'cannot-tell') return life === 'gone';
  const written = await stat(owner).catch(() => undefined);
  return written === undefined || Date.now() - written.mtimeMs > dayMs;
}

async function ownerLife(path: string): Promise<'lives' | 'gone' | 'cannot-tell'> {
  try {
    const owner = ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return await processLives(owner.host, owner.process);
  } catch {
    return 'gone';
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
