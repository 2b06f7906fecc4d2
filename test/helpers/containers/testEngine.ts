/** Real container engines for tests, each as what a person would have: a program, an environment, a socket. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { removeRemains, socketAnswers } from '../../../scripts/provision/containers/dockerDaemon.ts';
import { waitFor } from '../waitFor.ts';
import { skipWithout, startedEngines } from './startedEngines.ts';

export interface TestEngine {
  readonly kind: 'docker' | 'podman';
  /** `unix:///…`: speaks Docker's API. */
  readonly endpoint: string;
  /** Absolute path of the client; for Podman a script that carries its settings. */
  readonly program: string;
  /** What the client needs in its environment to reach the engine. */
  readonly environment: Readonly<Record<string, string>>;
  /** Nobody else's containers are in it. */
  readonly private: boolean;
  /** A script that stands for NVIDIA's hook and that a test may replace, and put back; private Docker only. */
  readonly nvidiaHook?: string;
}

/** The Docker engine of this run. */
export function docker(context: Mocha.Context): TestEngine {
  const found = startedEngines()?.docker;
  if (found === undefined) return skipWithout(context, 'Docker');
  const { endpoint, program, nvidiaHook } = found;
  return {
    kind: 'docker',
    endpoint,
    program,
    environment: { DOCKER_HOST: endpoint },
    private: found.private,
    ...(nvidiaHook === undefined ? {} : { nvidiaHook }),
  };
}

/** Podman with its API served on a socket, which is begun with the first test that asks and lives as long as the suite. */
export async function podman(context: Mocha.Context): Promise<TestEngine> {
  const found = startedEngines()?.podman;
  if (found === undefined) return skipWithout(context, 'Podman');
  const socket = join(found.folder, 'api.sock');
  if (!(await socketAnswers(socket))) {
    const child = spawn(found.program, ['system', 'service', '--time=0', `unix://${socket}`], {
      cwd: found.folder,
      stdio: 'ignore',
      detached: true,
    });
    child.unref();
    await waitFor('Podman to serve its API', () => socketAnswers(socket));
  }
  return {
    kind: 'podman',
    endpoint: `unix://${socket}`,
    program: found.program,
    environment: {},
    private: true,
  };
}

/** Address of the run's empty registry: `localhost:5055`. */
export function registry(context: Mocha.Context): string {
  return startedEngines()?.registry?.address ?? skipWithout(context, 'a registry');
}

export interface EngineFolder extends AsyncDisposable {
  /** Short enough for sockets. */
  readonly path: string;
  readonly data: string;
}

/** Folders for an engine that a test starts for itself; whatever still runs there ends with it. */
export async function engineFolder(context: Mocha.Context): Promise<EngineFolder> {
  const started = startedEngines();
  if (started === undefined || !existsSync(started.folder)) return skipWithout(context, 'Docker');
  const path = await mkdtemp(join(started.folder, 'o'));
  const data = join(started.data, path.slice(started.folder.length + 1));
  return { path, data, [Symbol.asyncDispose]: () => removeRemains({ folder: path, data }) };
}
