/**
 * Makes the environment of a list of packages in the user's cache, once: with uv where it is on PATH, else with venv and
 * pip, conda packages through a program of conda. Only folders of this cache are ever installed into.
 */
import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeJsonAtomic } from '../../base/atomicFile.ts';
import { findProgram } from '../../base/findProgram.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import type { LockedPython } from '../environmentLock.ts';
import { lockText } from '../lock/writeLock.ts';
import { beginBuild, currentBuild, environmentHome, isBeingBuilt, withdraw } from './environmentFolders.ts';
import { noteUse } from './environmentUses.ts';
import { builtDiffers, cannotRebuild, otherPlatform, pythonNotFound } from './errors.ts';
import { findPython } from './findPython.ts';
import { condaProgram, installConda } from './installConda.ts';
import { installWithPip } from './installWithPip.ts';
import { installWithUv, uvCanFetchPython } from './installWithUv.ts';
import { lockPackage } from './lockPython.ts';
import { normalName } from './packageNames.ts';
import { interpreterIn, pythonPlatform, readPythonEnvironment } from './pythonEnvironment.ts';
import { planRebuild } from './rebuildPlan.ts';
import type { RebuildPlan } from './rebuildPlan.ts';

export interface BuildQuestion {
  readonly python: LockedPython;
  /** Of the project: editable packages from within it are its code, not part of what is built. */
  readonly root: string;
  /** Whose use it counts as; `root` when left out. Absolute. */
  readonly project?: string;
  /** The product's cache folder. */
  readonly cacheFolder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Interpreters to look at first for the base: where it was. */
  readonly hints?: readonly string[];
  /** Leave out what cannot be had instead of refusing. */
  readonly allowMissing?: boolean;
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltPython {
  /** The folder of the environment. Absolute. */
  readonly folder: string;
  readonly interpreter: string;
  /** Of the interpreter: same minor version as asked for, perhaps another patch. */
  readonly version: string;
  /** False where it was there already. */
  readonly built: boolean;
  /** Folders of the project to put on PYTHONPATH, absolute. */
  readonly folders: readonly string[];
  /** What is not as listed, in words: other contents under the same version, another patch version of Python. */
  readonly differences: readonly string[];
}

/**
 * Rejects with `environment-not-rebuildable`, `environment-of-another-platform`, `python-not-found`,
 * `environment-not-built`, `environment-built-otherwise`, or when aborted.
 */
export async function buildPython(question: BuildQuestion): Promise<BuiltPython> {
  const { python, root, cacheFolder, variables, signal } = question;
  const plan = planRebuild(python, root);
  if (plan.impossible.length > 0 && question.allowMissing !== true) throw cannotRebuild(plan.impossible);
  const here = pythonPlatform();
  if (python.platform !== undefined && python.platform !== here && plan.conda.length > 0)
    throw otherPlatform(python.platform, here);
  const place = { cwd: root, variables };
  const uv = plan.conda.length > 0 ? undefined : await findProgram('uv', place);
  const base =
    plan.conda.length > 0
      ? undefined
      : await findPython({ ...question, version: python.version, implementation: python.implementation });
  if (plan.conda.length === 0 && base === undefined && (uv === undefined || !uvCanFetchPython(variables)))
    throw pythonNotFound(python.version);
  const start = base === undefined ? undefined : await realpath(base.path);
  const home = environmentHome(cacheFolder, keyOf(python, start));
  // Before it is looked at, and once more when it is handed over: it is kept for an hour from then on.
  const note = (): Promise<void> => noteUse(home, question.project ?? root);
  await note();

  for (;;) {
    const there = await usable(home, question, plan);
    if (there !== undefined) {
      await note();
      return there;
    }
    signal?.throwIfAborted();
    if (!(await isBeingBuilt(home))) break;
    question.onProgress?.('Waiting for another build of this environment');
    await sleep(250, undefined, signal === undefined ? {} : { signal });
  }
  const build = await beginBuild(home);
  try {
    const work = { ...question, plan, folder: build.folder, start, home };
    if (plan.conda.length > 0) await installConda(await condaProgram(place), work);
    else if (uv !== undefined) await installWithUv(uv, work);
    else await installWithPip(work);
    const described = await describe(build.folder, question, plan);
    if (described.missing.length > 0) throw builtDiffers(described.missing);
    await writeJsonAtomic(join(build.folder, 'lockstep-environment.json'), {
      schemaVersion: 1,
      builtAt: new Date().toISOString(),
      with: plan.conda.length > 0 ? 'conda' : uv === undefined ? 'pip' : 'uv',
      python: described.version,
      differences: described.differences,
    });
    await note();
    const folder = await build.publish();
    return folder === build.folder
      ? { ...described.built, built: true }
      : ((await usable(home, question, plan)) ?? { ...described.built, built: true });
  } catch (error) {
    await build.discard();
    throw error;
  }
}

/** What differs where this differs: the list, the platform, and the interpreter it stands on. */
function keyOf(python: LockedPython, start: string | undefined): string {
  const { version, implementation, packages } = python;
  const list = { version, implementation, packages, platform: pythonPlatform(), start };
  const text = lockText({
    ...{ lockVersion: 1, kind: 'python', createdAt: '', toolVersion: '', probe: {} },
    python: { ...list, manager: '' },
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The environment that is there, where it is still what was built. */
async function usable(
  home: string,
  question: BuildQuestion,
  plan: RebuildPlan,
): Promise<BuiltPython | undefined> {
  const folder = await currentBuild(home);
  if (folder === undefined) return undefined;
  try {
    const { missing, built } = await describe(folder, question, plan);
    if (missing.length === 0) return built;
  } catch (error) {
    question.signal?.throwIfAborted();
    // Whatever else is wrong, a machine under load or a folder that is not to be read, proves no difference.
    if (!(await isMissing(interpreterIn(folder)))) throw error;
  }
  // Somebody installed into it, or what it stood on is gone.
  await withdraw(home, folder);
  return undefined;
}

/** Also where what it leads to is gone. */
async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? ''),
  );
}

interface Described {
  readonly built: BuiltPython;
  readonly version: string;
  /** Packages that lack, are of another version, or were not asked for. */
  readonly missing: readonly string[];
  readonly differences: readonly string[];
}

async function describe(
  folder: string,
  { python, root, variables, cacheFolder, signal }: BuildQuestion,
  plan: RebuildPlan,
): Promise<Described> {
  const interpreter = interpreterIn(folder);
  const alone = { ...variables, PYTHONPATH: undefined, PYTHONHOME: undefined };
  const environment = await readPythonEnvironment({
    ...{ interpreter, variables: alone, cacheDir: cacheFolder, signal },
  });
  const there = new Map(environment.packages.map(one => [normalName(one.name), lockPackage(one, root)]));
  const unwanted = new Set(plan.impossible.map(one => normalName(one.name)));
  const missing: string[] = [];
  const differences: string[] = [];
  if (environment.version !== python.version)
    differences.push(`Python ${python.version} → ${environment.version}`);
  for (const one of python.packages) {
    const name = normalName(one.name);
    const now = there.get(name);
    there.delete(name);
    if (one.editable === true || unwanted.has(name)) continue;
    if (now === undefined) missing.push(`${name} ${one.version} is missing`);
    else if (now.version !== one.version) missing.push(`${name} ${one.version} → ${now.version}`);
    else if (one.contents !== undefined && now.contents !== undefined && one.contents !== now.contents)
      differences.push(`${name} ${one.version} has other files`);
  }
  for (const one of there.values()) missing.push(`${one.name} ${one.version} was not asked for`);
  const { version } = environment;
  return {
    ...{ version, missing, differences },
    built: { folder, interpreter, version, built: false, folders: plan.folders, differences },
  };
}
