/** What is killed in the middle: the command that brings a container up, and the engine under a run. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { startDockerDaemon } from '../../scripts/provision/containers/dockerDaemon.ts';
import type { DockerDaemon } from '../../scripts/provision/containers/dockerDaemon.ts';
import { mayProvision } from '../../scripts/provision/containers/enginePackages.ts';
import { findProcessTree } from '../../src/base/processTree.ts';
import { downEnvironment } from '../../src/environments/devcontainer/downEnvironment.ts';
import { temporaryFolderOf } from '../../src/environments/devcontainer/environmentFolder.ts';
import { upEnvironment } from '../../src/environments/devcontainer/upEnvironment.ts';
import { runIdVariable } from '../../src/execution/childEnvironment.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import { readRunEnd } from '../../src/execution/runEnd.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { builtConfig, devcontainerProject } from '../helpers/containers/devcontainerProject.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { insideProject } from '../helpers/containers/insideProject.ts';
import type { InsideProject } from '../helpers/containers/insideProject.ts';
import { docker, engineFolder, podman, type TestEngine } from '../helpers/containers/testEngine.ts';
import { cliScript } from '../helpers/lockstepCli.ts';
import { waitFor } from '../helpers/waitFor.ts';

describe('lockstep env up that is killed while it builds', () => {
  for (const kind of ['docker', 'podman'] as const)
    it(`leaves nothing in the way on ${kind}: the next one comes up, and takes away what was left`, async function () {
      const engine = kind === 'docker' ? docker(this) : await podman(this);
      const base = await baseImage(engine);
      const containers = async (): Promise<string[]> =>
        (await engineSays(engine, ['ps', '--all', '--quiet', '--no-trunc'])).split('\n').sort();
      await using project = await devcontainerProject(engine, {
        '.devcontainer/devcontainer.json': builtConfig(),
        '.devcontainer/Dockerfile': `FROM ${base}\nRUN echo begun && sleep 98761\n`,
      });
      const { root } = project;
      const { environment } = project.repository;
      const cache = join(project.repository.home, 'the cache');
      const request = { ...project.request, cacheFolder: join(cache, 'lockstep') };
      const before = await containers();
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', cliScript, 'env', 'up'],
        {
          cwd: root,
          env: {
            ...environment,
            XDG_CACHE_HOME: cache,
            // By its program: a service of Podman goes on building for a client that is gone.
            ...(kind === 'docker'
              ? { DOCKER_HOST: engine.endpoint }
              : { PATH: `${dirname(engine.program)}:${environment['PATH'] ?? ''}` }),
          },
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      );
      let told = '';
      child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString('utf8')));
      await waitFor('the step', () => told.includes('begun'), { describe: () => told });
      child.kill('SIGKILL');
      await once(child, 'exit');
      await writeFile(join(root, '.devcontainer', 'Dockerfile'), `FROM ${base}\n`);
      const made = await upEnvironment(request);
      assert.equal(made.how, 'created');
      assert.deepEqual(await project.containers(), [made.container.id]);
      await waitFor('the killed build to end', async () => {
        const left = await containers();
        return left.every(id => before.includes(id) || id === made.container.id);
      });
      assert.deepEqual(sleeping(), [], 'the step of the killed build has ended');
      await downEnvironment({ ...request, remove: true });
      assert.deepEqual(await readdir(temporaryFolderOf(request.cacheFolder)), []);
    });
});

/** Processes of this machine that wait as the step does, those in containers too. */
function sleeping(): string[] {
  return readdirSync('/proc').filter(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep\x0098761');
    } catch {
      return false;
    }
  });
}

const training = `
import os, sys, time
while not os.path.exists(sys.argv[1]):
    print("line", flush=True)
    time.sleep(0.01)
sys.exit(int(sys.argv[2]))
`;

describe('a run in a devcontainer whose Docker engine is', () => {
  let daemon: DockerDaemon | undefined;
  let engine: TestEngine;
  let project: InsideProject;
  let folder: Awaited<ReturnType<typeof engineFolder>> | undefined;

  before(async function () {
    const { program } = docker(this);
    if (!mayProvision()) this.skip();
    folder = await engineFolder(this);
    daemon = await startDockerDaemon({ folder: folder.path, data: folder.data, bridge: undefined });
    const { endpoint } = daemon;
    engine = { kind: 'docker', endpoint, program, environment: { DOCKER_HOST: endpoint }, private: true };
    project = await insideProject(engine, { 'training.py': training });
  });
  after(async () => {
    if (daemon === undefined) return;
    await project[Symbol.asyncDispose]();
    await daemon.stop();
    await folder?.[Symbol.asyncDispose]();
  });

  const begun = async (stop: string): Promise<LaunchedRun> => {
    const run = await project.launch(['python3', 'training.py', stop, '7']);
    await waitFor('output', async () => (await readFile(run.paths.stdout, 'utf8')).includes('line'));
    return run;
  };
  /** Of the run on this machine, wherever they are. */
  const orphans = async (run: LaunchedRun): Promise<number> =>
    (
      await findProcessTree({
        root: { pid: -1 },
        marker: `${runIdVariable}=${run.id}`,
        foreign: 'LOCKSTEP_SUPERVISOR=',
      })
    ).length;

  it('restarted fails with its container, and says so', async () => {
    const run = await begun('never');
    await daemon?.stop();
    await daemon?.start();
    const { state, result } = await run.ended();
    assert.deepEqual([state, result?.failure?.code], ['failed', 'container-ended']);
    assert.equal(await orphans(run), 0);
  });

  it('killed and started again fails with its container, and nothing of it is left on this machine', async () => {
    await engineSays(engine, ['start', project.container]);
    const run = await begun('never');
    await daemon?.kill();
    // Without its engine the container goes on, and the run with it.
    assert.ok((await orphans(run)) > 0);
    assert.equal(await readRunEnd(run.paths), undefined);
    await daemon?.start();
    const { state, result } = await run.ended();
    assert.deepEqual([state, result?.failure?.code], ['failed', 'container-ended']);
    assert.equal(await orphans(run), 0);
  });

  it('killed while the command ends has the exit code of the command', async () => {
    await engineSays(engine, ['start', project.container]);
    const run = await begun('stop');
    await daemon?.kill();
    await project.write({ stop: '' });
    const { state, result } = await run.ended();
    assert.deepEqual([state, result?.exitCode], ['failed', 7]);
    assert.equal(await orphans(run), 0);
    await daemon?.start();
  });
});
