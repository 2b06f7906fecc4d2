/** The running devcontainer of a project as a launch takes it: which container, how commands run there, beside which lock. */
import { realpathSync } from 'node:fs';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { environmentState } from '../../environments/devcontainer/environmentStateOf.ts';
import { driftLines } from '../../environments/drift/driftReport.ts';
import type { Engine } from '../../environments/engine/engine.ts';
import { verifyAtStart } from '../../environments/lock/container/verifyAtStart.ts';
import type { LaunchRequest } from '../launchRun.ts';
import { findContainer } from './findContainer.ts';
import type { FoundContainer } from './findContainer.ts';

export type LaunchPlace = Pick<LaunchRequest, 'environment' | 'inside'>;

/** Undefined when nothing of the project runs. */
export async function devcontainerLaunch(
  engine: Engine,
  root: string,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<LaunchPlace | undefined> {
  const found = await runningContainer(engine, root, variables, signal);
  if (found === undefined) return undefined;
  const report = await verifyAtStart(root, {
    ...{ engine, signal, container: found.target.id },
    cacheFolder: lockstepCacheFolder(variables),
  });
  const differences = driftLines(report);
  return {
    environment: {
      ...{ kind: 'devcontainer', target: found.target, drift: report.verdict },
      ...(report.lock === undefined ? {} : { lock: report.lock }),
      ...(differences.length === 0 ? {} : { driftItems: differences }),
    },
    inside: { ...found.inside },
  };
}

/** With a devcontainer.json, its container; without one, whatever carries the label of the folder. */
async function runningContainer(
  engine: Engine,
  root: string,
  variables: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<FoundContainer | undefined> {
  const cacheFolder = lockstepCacheFolder(variables);
  const { config, container } = await environmentState({
    ...{ root, engine, cacheFolder, variables, signal },
    withStale: false,
  });
  const { kind, version, endpoint } = engine;
  if (config === undefined)
    return findContainer({
      ...{ kind, version, endpoint, environment: variables },
      folders: [root, realpathSync(root)],
    });
  if (container?.state !== 'running') return undefined;
  const { id, name, remoteUser, remoteEnv } = container;
  return {
    target: { ...{ engine: kind, engineVersion: version, endpoint, id, name }, user: remoteUser },
    inside: remoteEnv,
  };
}
