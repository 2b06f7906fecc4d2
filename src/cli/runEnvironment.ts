/** Where `lockstep run` runs a command, as `--env` says: what the launch needs to know of it. */
import { lockstepCacheFolder } from '../base/lockstepCacheFolder.ts';
import type { Engine } from '../environments/engine/engine.ts';
import { launchInside } from '../execution/inside/devcontainerLaunch.ts';
import type { LaunchPlace } from '../execution/inside/devcontainerLaunch.ts';
import { environmentNotUp } from '../execution/inside/errors.ts';
import { newerFiles } from '../execution/inside/newerFiles.ts';
import { runningDevcontainer } from '../execution/inside/runningDevcontainer.ts';
import { usableEngine } from './commands/env/environmentRequest.ts';
import { environmentNotSupported } from './errors.ts';

export type RunEnvironment = LaunchPlace;

export interface FoundEnvironment {
  readonly place: RunEnvironment;
  /** What the container was made from and is newer than it, relative to the project. */
  readonly newer: readonly string[];
}

/**
 * Begins to look for the engine where `kind` needs one, while the caller does other things: its failure is told when
 * the promise is awaited.
 */
export function beginEngine(
  kind: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Engine> | undefined {
  if (kind !== 'devcontainer') return undefined;
  const engine = usableEngine(environment, signal);
  engine.catch(() => undefined);
  return engine;
}

/**
 * Rejects with `environment-not-supported`, with what is wrong with the engine, or with `environment-not-up` when
 * nothing of the project runs.
 * @param beginning Of beginEngine.
 */
export async function runEnvironment(
  kind: string,
  root: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  beginning = beginEngine(kind, environment, signal),
): Promise<FoundEnvironment> {
  if (kind === 'host') return { place: { environment: { kind } }, newer: [] };
  if (beginning === undefined) throw environmentNotSupported(kind);
  const engine = await beginning;
  const found = await runningDevcontainer(engine, root, environment, signal);
  if (found === undefined) throw environmentNotUp(root);
  const [place, newer] = await Promise.all([
    launchInside(found, engine, root, environment, signal),
    newerFiles(found.target, root, lockstepCacheFolder(environment)),
  ]);
  return { place, newer };
}
