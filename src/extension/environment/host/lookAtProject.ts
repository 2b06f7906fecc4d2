/** How the environment of one project stands: by looking, each part on its own, so that one broken file hides nothing else. */
import { relative, sep } from 'node:path';
import { LockstepError } from '../../../base/lockstepError.ts';
import { errorText } from '../../../base/systemError.ts';
import { environmentState } from '../../../environments/devcontainer/environmentStateOf.ts';
import type { EnvironmentRequest } from '../../../environments/devcontainer/environmentRequest.ts';
import { findDevcontainers } from '../../../environments/devcontainer/findDevcontainers.ts';
import { lockPath } from '../../../environments/lock/lockPaths.ts';
import { readLock, type LockFile } from '../../../environments/lock/readLock.ts';
import { verifyEnvironment, type LockQuestion } from './lockEnvironment.ts';
import type { LockView, ProjectEnvironment, ToldProblem } from './environmentRequests.ts';

/** Rejects only when aborted. */
export async function lookAtProject(
  request: Omit<EnvironmentRequest, 'engine'> & Partial<Pick<EnvironmentRequest, 'engine'>>,
  question: LockQuestion,
): Promise<ProjectEnvironment> {
  const { root, signal } = request;
  const { interpreter } = question;
  const configs = await findDevcontainers(root);
  const [state, lock] = await Promise.all([
    told(configs.length === 0 ? Promise.resolve(undefined) : environmentState(request)),
    told(readLock(lockPath(root, configs.length === 0 ? 'python' : 'devcontainer'))),
  ]);
  const locked = 'value' in lock && lock.value !== undefined;
  // The cheap tiers: what is asked inside waits for somebody who wants to know.
  const drift = locked ? await told(verifyEnvironment(question, 'container')) : undefined;
  signal?.throwIfAborted();
  return {
    root,
    configs,
    ...('problem' in state ? { problem: state.problem } : {}),
    ...('value' in state && state.value !== undefined ? { state: state.value } : {}),
    ...(drift !== undefined && 'value' in drift ? { drift: drift.value } : {}),
    ...('problem' in lock ? { lockProblem: lock.problem } : {}),
    ...('value' in lock && lock.value !== undefined ? { lock: lockView(root, lock.value) } : {}),
    ...(interpreter === undefined ? {} : { interpreter }),
  };
}

function lockView(root: string, { path, lock, sha256 }: LockFile): LockView {
  return {
    path: relative(root, path).split(sep).join('/'),
    ...{ sha256, kind: lock.kind, createdAt: lock.createdAt },
    ...(lock.python === undefined
      ? {}
      : { packages: lock.python.packages.length, python: lock.python.version }),
  };
}

async function told<T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly problem: ToldProblem }> {
  try {
    return { value: await work };
  } catch (error) {
    const mend = error instanceof LockstepError ? error.mend : undefined;
    return { problem: { message: errorText(error), ...(mend === undefined ? {} : { mend }) } };
  }
}
