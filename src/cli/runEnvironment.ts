/** Where `lockstep run` runs a command, as `--env` says: what the launch needs to know of it. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchRequest } from '../execution/launchRun.ts';
import { findContainer } from '../execution/inside/findContainer.ts';
import { environmentNotSupported, environmentNotUp } from './errors.ts';

export type RunEnvironment = Pick<LaunchRequest, 'environment' | 'inside'>;

/** Rejects with `environment-not-supported`, or `environment-not-up` when nothing of the project runs. */
export async function runEnvironment(
  kind: string,
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<RunEnvironment> {
  if (kind === 'host') return { environment: { kind } };
  if (kind !== 'devcontainer') throw environmentNotSupported(kind);
  const folders = [root, realpathSync(root)];
  for (const [engine, endpoint] of endpoints(environment)) {
    const found = await findContainer({ kind: engine, endpoint, folders, environment });
    if (found !== undefined)
      return { environment: { kind, target: found.target }, inside: { ...found.inside } };
  }
  throw environmentNotUp(root);
}

/** Sockets of this machine, in the order in which clients look. */
function endpoints(environment: NodeJS.ProcessEnv): [engine: string, endpoint: string][] {
  const named = environment['DOCKER_HOST'] ?? environment['CONTAINER_HOST'];
  if (named !== undefined && named !== '') return [['docker', named]];
  const runtime = environment['XDG_RUNTIME_DIR'];
  const home = environment['HOME'] ?? '';
  const sockets: [string, string][] = [
    ['docker', '/var/run/docker.sock'],
    ...(runtime === undefined
      ? []
      : ([
          ['docker', join(runtime, 'docker.sock')],
          ['podman', join(runtime, 'podman', 'podman.sock')],
        ] as [string, string][])),
    ['docker', join(home, '.docker', 'run', 'docker.sock')],
    ['podman', '/run/podman/podman.sock'],
  ];
  return sockets.filter(([, path]) => existsSync(path)).map(([engine, path]) => [engine, `unix://${path}`]);
}
