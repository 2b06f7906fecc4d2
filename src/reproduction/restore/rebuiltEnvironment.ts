/**
 * The Python environment of a recorded run once more, from the list of packages that the run captured, in the cache:
 * what is installed on this machine today is neither used nor changed.
 */
import { realpath } from 'node:fs/promises';
import type { LockedPackage } from '../../environments/environmentLock.ts';
import { lockPath } from '../../environments/lock/lockPaths.ts';
import { readLock } from '../../environments/lock/readLock.ts';
import { buildPython } from '../../environments/python/buildPython.ts';
import type { BuiltPython } from '../../environments/python/buildPython.ts';
import { hashKey, lockPython } from '../../environments/python/lockPython.ts';
import type { KnownHashes } from '../../environments/python/lockPython.ts';
import { readProjectHashes } from '../../environments/python/projectHashes.ts';
import { pythonPlatform } from '../../environments/python/pythonEnvironment.ts';
import type { Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { packagesUnknown } from './errors.ts';
import { withoutOwn } from './ownPackages.ts';

export interface RebuildRequest {
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly store: string;
  /** Name of the list to build; the captured one when left out. */
  readonly list?: string | undefined;
  /** Root of the project that reproduces it, whose use of the environment this is; the run's may be another machine's. */
  readonly workspace: string;
  /** The checkout of the run's code: its lock files name hashes. Absolute. */
  readonly checkout: string;
  /** The product's cache folder. */
  readonly cacheFolder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface RebuiltEnvironment extends BuiltPython {
  /** Name of the captured list. */
  readonly list: string;
  /** Every package is the recorded one file by file, and so is the interpreter that they stand on. */
  readonly proven: boolean;
}

/** Rejects with `packages-unknown`, or with what readPackageList and buildPython reject with. */
export async function rebuildEnvironment(request: RebuildRequest): Promise<RebuiltEnvironment> {
  const { original, plan, store, checkout, variables } = request;
  const list = request.list ?? knownValue(original.captured?.packages)?.list;
  const interpreter = knownValue(plan.interpreter);
  const version = interpreter?.version ?? original.captured?.pythons?.[0]?.version;
  if (list === undefined || version === undefined) throw packagesUnknown(plan.id);
  const packages = await readPackageList(store, list);
  const python = lockPython(
    {
      version,
      implementation: interpreter?.implementation ?? 'cpython',
      ...{ manager: 'venv', platform: pythonPlatform() },
      packages: withoutOwn(packages, plan.root),
    },
    plan.root,
    await knownHashes(packages, checkout),
  );
  const { cacheFolder, onProgress, signal } = request;
  const hint = interpreter?.realPath;
  const built = await buildPython({
    ...{ python, cacheFolder, variables, signal, root: checkout, project: request.workspace },
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(hint === undefined ? {} : { hints: [hint] }),
  });
  const wanted = withoutOwn(packages, plan.root);
  const proven =
    list === knownValue(original.captured?.packages)?.list &&
    built.differences.length === 0 &&
    wanted.every(one => one.contents !== undefined) &&
    hint !== undefined &&
    (await realpath(built.interpreter).catch(() => '')) === hint;
  return { ...built, list, proven };
}

/** Of the lock files that are part of the run's code; the environment's own lock where it means the same files. */
async function knownHashes(packages: readonly Package[], checkout: string): Promise<KnownHashes> {
  const known = await readProjectHashes(checkout);
  const lock = await readLock(lockPath(checkout, 'python')).catch(() => undefined);
  const locked = new Map<string, LockedPackage>(
    (lock?.lock.python?.packages ?? []).map(one => [hashKey(one.name, one.version), one]),
  );
  for (const one of packages) {
    const key = hashKey(one.name, one.version);
    const same = locked.get(key);
    if (same?.hashes !== undefined && same.contents === one.contents) known.set(key, same.hashes);
  }
  return known;
}
