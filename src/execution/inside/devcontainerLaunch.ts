/** The running devcontainer of a project as a launch takes it: which container, how commands run there, beside which lock. */
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { driftLines } from '../../environments/drift/driftReport.ts';
import type { Engine } from '../../environments/engine/engine.ts';
import { verifyAtStart } from '../../environments/lock/container/verifyAtStart.ts';
import type { LaunchRequest } from '../launchRun.ts';
import type { FoundContainer } from './findContainer.ts';
import { runningDevcontainer } from './runningDevcontainer.ts';

export type LaunchPlace = Pick<LaunchRequest, 'environment' | 'inside'>;

/** Undefined when nothing of the project runs. */
export async function devcontainerLaunch(
  engine: Engine,
  root: string,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<LaunchPlace | undefined> {
  const found = await runningDevcontainer(engine, root, variables, signal);
  return found === undefined ? undefined : launchInside(found, engine, root, variables, signal);
}

/** Rejects only with the reason of `signal`. */
export async function launchInside(
  { target, inside }: FoundContainer,
  engine: Engine,
  root: string,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<LaunchPlace> {
  const report = await verifyAtStart(root, {
    ...{ engine, signal, container: target.id },
    cacheFolder: lockstepCacheFolder(variables),
  });
  const differences = driftLines(report);
  return {
    environment: {
      ...{ kind: 'devcontainer', target, drift: report.verdict },
      ...(report.lock === undefined ? {} : { lock: report.lock }),
      ...(differences.length === 0 ? {} : { driftItems: differences }),
    },
    inside: { ...inside },
  };
}
