/** Where `lockstep run` runs a command, as `--env` says: what the launch needs to know of it. */
import { devcontainerLaunch } from '../execution/inside/devcontainerLaunch.ts';
import type { LaunchPlace } from '../execution/inside/devcontainerLaunch.ts';
import { environmentNotUp } from '../execution/inside/errors.ts';
import { usableEngine } from './commands/env/environmentRequest.ts';
import { environmentNotSupported } from './errors.ts';

export type RunEnvironment = LaunchPlace;

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
  const place = await devcontainerLaunch(engine, root, environment, signal);
  if (place === undefined) throw environmentNotUp(root);
  return place;
}
