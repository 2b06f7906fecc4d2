/** Where `lockstep run` runs a command, as `--env` says: what the launch needs to know of it. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import { environmentState } from '../environments/devcontainer/environmentStateOf.ts';
import type { Engine } from '../environments/engine/engine.ts';
import { devcontainerLockPath } from '../environments/environmentLock.ts';
import { readLock } from '../environments/lock/readLock.ts';
import type { LaunchRequest } from '../execution/launchRun.ts';
import { findContainer } from '../execution/inside/findContainer.ts';
import type { FoundContainer } from '../execution/inside/findContainer.ts';
import { usableEngine } from './commands/env/environmentRequest.ts';
import { environmentNotSupported, environmentNotUp } from './errors.ts';

export type RunEnvironment = Pick<LaunchRequest, 'environment' | 'inside'>;

/**
 * Rejects with `environment-not-supported`, with what is wrong with the engine, or with `environment-not-up` when
 * nothing of the project runs.
 */
export async function runEnvironment(
  kind: string,
  root: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<RunEnvironment> {
  if (kind === 'host') return { environment: { kind } };
  if (kind !== 'devcontainer') throw environmentNotSupported(kind);
  const engine = await usableEngine(environment, signal);
  const [found, lock] = await Promise.all([
    runningContainer(engine, root, environment, signal),
    // One that cannot be read is for `lockstep env verify` to explain.
    readLock(join(root, devcontainerLockPath)).catch(() => undefined),
  ]);
  if (found === undefined) throw environmentNotUp(root);
  return {
    environment: {
      ...{ kind, target: found.target },
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
