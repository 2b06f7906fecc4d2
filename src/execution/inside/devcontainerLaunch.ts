/** The running devcontainer of a project as a launch takes it: which container, how commands run there, beside which lock. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { environmentState } from '../../environments/devcontainer/environmentStateOf.ts';
import type { Engine } from '../../environments/engine/engine.ts';
import { devcontainerLockPath } from '../../environments/environmentLock.ts';
import { readLock } from '../../environments/lock/readLock.ts';
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
  const [found, lock] = await Promise.all([
    runningContainer(engine, root, variables, signal),
    // One that cannot be read is for `lockstep env verify` to explain.
    readLock(join(root, devcontainerLockPath)).catch(() => undefined),
  ]);
  if (found === undefined) return undefined;
  return {
    environment: {
      ...{ kind: 'devcontainer', target: found.target },
      ...(lock === undefined ? { drift: 'unlocked' } : { lock: lock.sha256, drift: 'unknown' }),
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
  const { config, container } = await environmentState({ root, engine, cacheFolder, variables, signal });
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
