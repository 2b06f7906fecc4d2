/**
 * The managed Python environments in the user's cache: how large, of which projects, used when; and their removal.
 * Invariant: none goes that anything runs from, or that somebody is about to run in. Each can be built again from its list.
 */
import { lstat, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import {
  currentBuild,
  environmentsFolder,
  isAbandonedBuild,
  withdraw,
  withdrawnAt,
  withdrawnMs,
} from './environmentFolders.ts';
import { foldersInUse } from './environmentProcesses.ts';
import { usesOf } from './environmentUses.ts';

export interface ManagedPython {
  /** Absolute. */
  readonly folder: string;
  /** `put-aside`: found to be changed, kept for who still runs from it. `unfinished`: its build was killed. */
  readonly state: 'ready' | 'put-aside' | 'being-built' | 'unfinished';
  /** `3.12.4`; undefined where it was never finished. */
  readonly python?: string;
  /** Of all files. */
  readonly bytes: number;
  /** What its removal gives back: what a cache of uv or pip links to, too, stays there. */
  readonly frees: number;
  /** Roots of the projects that used it, the last one first. */
  readonly projects: readonly string[];
  /** ISO 8601, UTC. Of what was put aside: when that was. */
  readonly lastUsed: string;
  /** Something runs from it. */
  readonly inUse: boolean;
}

const aboutSchema = z.looseObject({ python: z.string() });

/**
 * The largest first.
 * @param cacheFolder Of the product.
 * @param isNamed Whether a run that goes on names a folder.
 */
export async function managedEnvironments(
  cacheFolder: string,
  isNamed: (folder: string) => boolean = () => false,
): Promise<ManagedPython[]> {
  const place = environmentsFolder(cacheFolder);
  const homes = (await readdir(place).catch(() => [])).map(name => join(place, name));
  const found = (await Promise.all(homes.map(buildsOf))).flat();
  const running = await foldersInUse(found.map(({ folder }) => folder));
  const described = await Promise.all(
    found.map(async ({ home, folder, state }) => {
      const uses = await usesOf(home);
      const { python, at } = await aboutBuild(folder);
      const aside = state === 'put-aside' ? ((await withdrawnAt(folder)) ?? Date.now()) : 0;
      const used = Math.max(at, aside, ...(state === 'ready' ? uses.map(use => use.at) : []));
      return {
        ...{ folder, state, ...(await sizesOf(folder)) },
        ...(python === undefined ? {} : { python }),
        projects: uses.map(({ project }) => project),
        lastUsed: new Date(used).toISOString(),
        inUse:
          state === 'being-built' ||
          isNamed(folder) ||
          (running === undefined ? Date.now() - used < dayMs : running.has(folder)),
      };
    }),
  );
  return described.sort((a, b) => b.bytes - a.bytes);
}

/** Where processes cannot be looked at, what was used within this may be used still. */
const dayMs = 24 * 3600 * 1000;

/**
 * Between the moment in which an environment is taken and the start of what runs in it nothing names it, and files are
 * restored meanwhile: what was used within this stays, whatever is asked for.
 */
const takenMs = 3600 * 1000;

/**
 * Those that nothing runs from and nobody has used for `days`, what was put aside as long ago as a build puts up with it,
 * and what was never finished.
 */
export function unusedEnvironments(
  all: readonly ManagedPython[],
  days: number,
  now = Date.now(),
): ManagedPython[] {
  return all.filter(
    ({ inUse, state, lastUsed }) => !inUse && now - Date.parse(lastUsed) >= keptMs(state, days),
  );
}

function keptMs(state: ManagedPython['state'], days: number): number {
  switch (state) {
    case 'ready':
      return Math.max(days * dayMs, takenMs);
    case 'put-aside':
      return withdrawnMs;
    case 'being-built':
      return Infinity;
    case 'unfinished':
      return 0;
  }
}

/** False where something runs from it meanwhile, or somebody has taken it to do so: then it stays. Rejects with the system's error. */
export async function removeEnvironment(
  { folder }: Pick<ManagedPython, 'folder'>,
  isNamed: (folder: string) => boolean = () => false,
): Promise<boolean> {
  const home = join(folder, '..');
  const isUsed = async (wasCurrent: boolean): Promise<boolean> =>
    isNamed(folder) ||
    // A use is of the build that is current; one that is in the future, by a clock set back, is one too.
    (wasCurrent && (await usesOf(home)).some(({ at }) => Date.now() - at < takenMs)) ||
    (await foldersInUse([folder]))?.has(folder) === true;
  const current = (await currentBuild(home)) === folder;
  if (await isUsed(current)) return false;
  // Nobody begins to use it from here on; who did in between has it put aside.
  await withdraw(home, folder);
  if (await isUsed(current)) return false;
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  for (const ending of ['.withdrawn', '.owner.json', '.pointer']) await rm(folder + ending, { force: true });
  return true;
}

interface FoundBuild {
  readonly home: string;
  readonly folder: string;
  readonly state: ManagedPython['state'];
}

async function buildsOf(home: string): Promise<FoundBuild[]> {
  const names: string[] = await readdir(home).catch(() => []);
  const current = await currentBuild(home);
  return Promise.all(
    names
      .filter(name => /^[0-9a-f]{8}$/.test(name))
      .map(async name => {
        const folder = join(home, name);
        if (folder === current) return { home, folder, state: 'ready' as const };
        if (names.includes(`${name}.withdrawn`)) return { home, folder, state: 'put-aside' as const };
        if (!(await isAbandonedBuild(folder))) return { home, folder, state: 'being-built' as const };
        // One that was finished meanwhile has no builder either.
        const state = (await currentBuild(home)) === folder ? ('ready' as const) : ('unfinished' as const);
        return { home, folder, state };
      }),
  );
}

/** When it was finished, else begun. */
async function aboutBuild(folder: string): Promise<{ readonly python?: string; readonly at: number }> {
  const path = join(folder, 'lockstep-environment.json');
  const found = (await stat(path).catch(() => undefined)) ?? (await stat(folder).catch(() => undefined));
  const at = found?.mtimeMs ?? 0;
  try {
    return { python: aboutSchema.parse(JSON.parse(await readFile(path, 'utf8'))).python, at };
  } catch {
    return { at };
  }
}

async function sizesOf(folder: string): Promise<Pick<ManagedPython, 'bytes' | 'frees'>> {
  let [bytes, frees] = [0, 0];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const found = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined);
    bytes += found?.size ?? 0;
    if (found?.nlink === 1) frees += found.size;
  }
  return { bytes, frees };
}
