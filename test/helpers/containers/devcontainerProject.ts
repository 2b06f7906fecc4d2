/** A project with a devcontainer on the tests' base image, in a path with a space, and what acts on it. */
import { join } from 'node:path';
import type { EnvironmentRequest } from '../../../src/environments/devcontainer/environmentRequest.ts';
import type { Engine } from '../../../src/environments/engine/engine.ts';
import { gitRepository, type Files, type GitRepository } from '../gitRepository.ts';
import { engineSays } from './engineCommand.ts';
import type { TestEngine } from './testEngine.ts';

export interface DevcontainerProject extends AsyncDisposable {
  readonly root: string;
  readonly repository: GitRepository;
  readonly request: EnvironmentRequest;
  /** Ids of all containers of the project, in whatever state. */
  containers(root?: string): Promise<string[]>;
}

/** Without network: neither the private engines nor the machines of CI have to have one. */
export const offline = { runArgs: ['--network=none'] };

/** devcontainer.json of an image that is built from `.devcontainer/Dockerfile`. */
export function builtConfig(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    build: { dockerfile: 'Dockerfile', options: ['--network=none'] },
    ...offline,
    ...more,
  });
}

/** The same of an image as it is. */
export function imageConfig(image: string): typeof builtConfig {
  return more => JSON.stringify({ image, ...offline, ...more });
}

export function engineOf(engine: TestEngine): Engine {
  return {
    ...{ kind: engine.kind, source: 'setting', endpoint: engine.endpoint, program: engine.program },
    ...{ environment: engine.environment, version: '0', apiVersion: '1.41', remote: false, desktop: false },
    facts: {
      ...{ osType: 'linux', operatingSystem: '', kernel: '', rootless: false, selinux: false },
      ...{ runtimes: [], discoveredDevices: [], cdiSpecDirs: [] },
    },
  };
}

/** Disposing removes its containers, of linked worktrees beside it too. */
export async function devcontainerProject(engine: TestEngine, files: Files): Promise<DevcontainerProject> {
  const repository = await gitRepository(files);
  const { root } = repository;
  const containers = async (folder = root): Promise<string[]> => {
    const label = `label=devcontainer.local_folder=${folder}`;
    const ids = await engineSays(engine, ['ps', '--all', '--quiet', '--no-trunc', '--filter', label]);
    return ids.split('\n').filter(id => id !== '');
  };
  return {
    root,
    repository,
    containers,
    request: {
      ...{ root, engine: engineOf(engine) },
      cacheFolder: join(repository.home, 'cache'),
      variables: repository.environment,
    },
    async [Symbol.asyncDispose]() {
      for (const folder of [root, `${root}-tree`]) {
        const ids = await containers(folder);
        if (ids.length > 0) await engineSays(engine, ['rm', '--force', '--volumes', ...ids]);
      }
      await repository.remove();
    },
  };
}
