/** The environment that a project's lock describes, made in the cache where it is not there yet, ready for a run. */
import { realpath } from 'node:fs/promises';
import { buildPython } from '../../environments/python/buildPython.ts';
import type { BuiltPython } from '../../environments/python/buildPython.ts';
import { lockMissing, lockWithoutPython } from '../../environments/python/errors.ts';
import { lockPath } from '../../environments/lock/lockPaths.ts';
import { readLock } from '../../environments/lock/readLock.ts';
import type { EnvironmentIdentity } from '../../runs/plan.ts';
import { projectInterpreter } from './projectInterpreter.ts';

export interface LockedPythonQuestion {
  /** Of the project. Absolute. */
  readonly root: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The product's cache folder. */
  readonly cacheFolder: string;
  readonly onProgress?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a run is launched with. Rejects with `environment-lock-missing`, with what readLock and buildPython reject with,
 * or when aborted.
 */
export async function lockedPython(question: LockedPythonQuestion): Promise<EnvironmentIdentity> {
  const path = lockPath(question.root, 'python');
  const lock = await readLock(path);
  if (lock === undefined) throw lockMissing(path);
  const { python } = lock.lock;
  if (python === undefined) throw lockWithoutPython(path);
  // Where it was locked it stands on the same interpreter, most of the time.
  const own = await projectInterpreter({ ...question, cacheDir: question.cacheFolder }).catch(
    () => undefined,
  );
  const hints = own === undefined ? [] : [await realpath(own).catch(() => own)];
  const built = await buildPython({ ...question, python, hints });
  return pythonIdentity(built, lock.sha256);
}

export function pythonIdentity(built: BuiltPython, lock: string): EnvironmentIdentity {
  const { folder, interpreter, folders, differences } = built;
  return {
    kind: 'python',
    lock,
    drift: differences.length === 0 ? 'clean' : 'drifted',
    ...(differences.length === 0 ? {} : { driftItems: differences.slice(0, 20) }),
    python: { folder, interpreter, folders: [...folders] },
  };
}
