/** Writes down which environment a project has, and compares it with what was written down. */
import { relative, sep } from 'node:path';
import { findDevcontainers } from '../../../environments/devcontainer/findDevcontainers.ts';
import { unlocked } from '../../../environments/drift/driftReport.ts';
import type { DriftReport } from '../../../environments/environmentLock.ts';
import { engineNotUsable } from '../../../environments/devcontainer/errors.ts';
import type { EngineFinding } from '../../../environments/engine/engine.ts';
import { lockContainer } from '../../../environments/lock/container/lockContainer.ts';
import { verifyContainer, type Tier } from '../../../environments/lock/container/verifyContainer.ts';
import { lockPath } from '../../../environments/lock/lockPaths.ts';
import { readLock } from '../../../environments/lock/readLock.ts';
import { noInterpreter } from '../../../environments/python/errors.ts';
import { lockPythonProject } from '../../../environments/python/lockPythonProject.ts';
import { verifyPython } from '../../../environments/python/verifyPython.ts';
import type { LockedView } from './environmentRequests.ts';

export interface LockQuestion {
  readonly root: string;
  /** Of the Python environment; for a project without a devcontainer. */
  readonly interpreter: string | undefined;
  readonly variables: NodeJS.ProcessEnv;
  readonly cacheFolder: string;
  readonly signal?: AbortSignal | undefined;
  readonly engine: () => Promise<EngineFinding>;
}

/**
 * Rejects with why nothing could be locked: no engine, nothing up, no Python, or a lock that is there and cannot be read
 * (`lock-unreadable`, `lock-in-conflict`, `lock-too-new`), unless that is to be replaced.
 */
export async function lockEnvironment(
  question: LockQuestion & { readonly toolVersion: string; readonly replace: boolean },
): Promise<LockedView> {
  const { root, interpreter, variables, cacheFolder, signal, toolVersion } = question;
  const common = { root, toolVersion, variables, signal };
  const devcontainer = await hasDevcontainer(root);
  if (!question.replace) await readLock(lockPath(root, devcontainer ? 'devcontainer' : 'python'));
  if (devcontainer) {
    const finding = await question.engine();
    if (finding.engine === undefined) throw engineNotUsable(finding.problem);
    return lockedView(root, await lockContainer({ ...common, cacheFolder, engine: finding.engine }));
  }
  if (interpreter === undefined) throw noInterpreter();
  return lockedView(root, await lockPythonProject({ ...common, interpreter, cacheDir: cacheFolder }));
}

/** A project without a lock is `unlocked`. @param upTo Of a devcontainer: the dearest tier that is looked at. */
export async function verifyEnvironment(question: LockQuestion, upTo: Tier): Promise<DriftReport> {
  const { root, interpreter, variables, cacheFolder, signal } = question;
  const devcontainer = await hasDevcontainer(root);
  const lock = await readLock(lockPath(root, devcontainer ? 'devcontainer' : 'python'));
  if (lock === undefined) return unlocked;
  if (devcontainer)
    return verifyContainer({ lock, root, cacheFolder, variables, signal, upTo, engine: question.engine });
  if (interpreter === undefined) throw noInterpreter();
  return verifyPython({ lock, root, interpreter, variables, signal, cacheDir: cacheFolder });
}

async function hasDevcontainer(root: string): Promise<boolean> {
  return (await findDevcontainers(root)).length > 0;
}

function lockedView(
  root: string,
  {
    path,
    changed,
    notes,
  }: { readonly path: string; readonly changed: boolean; readonly notes: readonly string[] },
): LockedView {
  return { path: relative(root, path).split(sep).join('/'), changed, notes };
}
