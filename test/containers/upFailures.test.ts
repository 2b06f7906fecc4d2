/** What stands in the way of a devcontainer outside of it: registries, logins, disks. Each has its message and its mend. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDockerDaemon } from '../../scripts/provision/containers/dockerDaemon.ts';
import { mayProvision } from '../../scripts/provision/containers/enginePackages.ts';
import { registryProgram, startRegistry } from '../../scripts/provision/containers/imageRegistry.ts';
import type { ImageRegistry } from '../../scripts/provision/containers/imageRegistry.ts';
import { LockstepError } from '../../src/base/lockstepError.ts';
import { runCommand } from '../../src/base/runCommand.ts';
import { environmentState } from '../../src/environments/devcontainer/environmentStateOf.ts';
import { rebuildEnvironment } from '../../src/environments/devcontainer/rebuildEnvironment.ts';
import { upEnvironment } from '../../src/environments/devcontainer/upEnvironment.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import {
  builtConfig,
  devcontainerProject,
  imageConfig,
  type DevcontainerProject,
} from '../helpers/containers/devcontainerProject.ts';
import { engineCommand, engineSays } from '../helpers/containers/engineCommand.ts';
import { smallImage } from '../helpers/containers/smallImage.ts';
import { docker, engineFolder, podman, registry, type TestEngine } from '../helpers/containers/testEngine.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';

/** As htpasswd writes it, of the user lab with the password lab-word. */
const users = 'lab:$2b$04$0MLgtogNIRQlfTVbKJvM9uAwEBlzl0oHJtGVJz1WWG0J6dXwrifDy';

async function failure(project: DevcontainerProject): Promise<LockstepError> {
  const error: unknown = await upEnvironment(project.request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LockstepError, String(error));
  assert.deepEqual(await project.containers(), []);
  return error;
}

for (const kind of ['docker', 'podman'] as const)
  describe(`a registry behind ${kind}`, () => {
    let engine: TestEngine;
    let closed: ImageRegistry | undefined;
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;

    before(async function () {
      engine = kind === 'docker' ? docker(this) : await podman(this);
      registry(this);
      const program = registryProgram();
      assert.ok(program);
      folder = await temporaryFolder();
      closed = await startRegistry(program, join(folder.path, 'registry'), users);
    });
    after(async () => {
      await closed?.stop();
      await folder[Symbol.asyncDispose]();
    });

    /** Podman takes no registry for one without encryption unless it is told, and keeps logins of root for all. */
    async function told(project: DevcontainerProject, context: Mocha.Context): Promise<NodeJS.ProcessEnv> {
      const { environment, home } = project.repository;
      if (kind === 'docker') return environment;
      const conf = join(home, 'registries.conf');
      const places = [closed?.address, registry(context)].map(
        one => `[[registry]]\nlocation = "${one ?? ''}"\ninsecure = true\n`,
      );
      const logins = join(home, 'auth.json');
      // One that is missing is all that Podman would complain of.
      await Promise.all([writeFile(conf, places.join('')), writeFile(logins, '{}')]);
      return Object.assign(environment, {
        CONTAINERS_REGISTRIES_CONF: conf,
        REGISTRY_AUTH_FILE: logins,
      });
    }

    it('asks for a login, and lets in who has one', async function () {
      const image = `${closed?.address ?? ''}/lab/private:1`;
      await using project = await devcontainerProject(engine, { '.devcontainer.json': imageConfig(image)() });
      const environment = await told(project, this);
      const refused = await failure(project);
      assert.equal(refused.code, 'registry-login-needed', refused.message);
      assert.match(refused.message, new RegExp(image));
      assert.match(refused.mend ?? '', new RegExp(`${kind} login ${closed?.address ?? ''}`));

      const client = {
        program: engine.program,
        environment: { ...environment, ...engine.environment } as Record<string, string>,
      };
      const unsafe = kind === 'podman' ? ['--tls-verify=false'] : [];
      const words = ['login', ...unsafe, '--username', 'lab', '--password-stdin', closed?.address ?? ''];
      const login = await runCommand({ ...engineCommand(client, words), input: 'lab-word' });
      assert.equal(login.exitCode, 0, login.stderr);
      await smallImage(engine, image);
      await engineSays(client, ['push', ...unsafe, image]);
      await engineSays(client, ['rmi', image]);
      assert.equal((await upEnvironment(project.request)).how, 'created');
    });

    it('that answers has no such image, or one that is away does not answer', async function () {
      const open = registry(this);
      const cases = [
        [`${open}/lab/none:1`, 'image-not-found'],
        // Podman tries an address that nobody serves for a third of a minute, a name that nobody has once.
        [`${kind === 'docker' ? 'localhost:1' : 'registry.invalid'}/lab/none:1`, 'registry-unreachable'],
      ] as const;
      for (const [image, code] of cases) {
        await using project = await devcontainerProject(engine, {
          '.devcontainer/devcontainer.json': builtConfig(),
          '.devcontainer/Dockerfile': `# a comment\nFROM ${image}\n`,
        });
        await told(project, this);
        const error = await failure(project);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, new RegExp(image));
        if (code === 'image-not-found') assert.match(error.message, /\.devcontainer\/Dockerfile:2/);
      }
    });
  });

describe('a command of a devcontainer that fails when it is made', () => {
  it('is told again by whoever asks later, until the container is made anew', async function () {
    const engine = docker(this);
    const config = imageConfig(await baseImage(engine));
    await using project = await devcontainerProject(engine, {
      '.devcontainer.json': config({ postCreateCommand: 'echo so && exit 3' }),
    });
    await assert.rejects(upEnvironment(project.request), { code: 'lifecycle-command-failed' });
    const { setUpProblem, container } = await environmentState(project.request);
    assert.equal(container?.state, 'running');
    assert.match(setUpProblem ?? '', /its postCreateCommand failed: echo so && exit 3$/);
    await writeFile(join(project.root, '.devcontainer.json'), config({ postCreateCommand: 'true' }));
    await rebuildEnvironment(project.request);
    assert.equal((await environmentState(project.request)).setUpProblem, undefined);
  });
});

describe('a disk of the engine that is full', () => {
  it('is told with what shows who takes the room', async function () {
    const { program } = docker(this);
    if (!mayProvision()) this.skip();
    await using folder = await engineFolder(this);
    await mkdir(folder.data, { recursive: true });
    const mount = ['-t', 'tmpfs', '-o', 'size=300m', 'lockstep-test', folder.data];
    assert.equal((await runCommand({ program: 'mount', args: mount })).exitCode, 0);
    const daemon = await startDockerDaemon({ folder: folder.path, data: folder.data, bridge: undefined });
    const { endpoint } = daemon;
    const engine: TestEngine = {
      ...{ kind: 'docker', endpoint, program, environment: { DOCKER_HOST: endpoint }, private: true },
    };
    {
      await using project = await devcontainerProject(engine, {
        '.devcontainer/devcontainer.json': builtConfig(),
        '.devcontainer/Dockerfile': `FROM ${await baseImage(engine)}\nRUN dd if=/dev/zero of=/big bs=1M count=400\n`,
      });
      const error = await failure(project);
      assert.equal(error.code, 'no-space', error.message);
      assert.match(error.mend ?? '', /lockstep env disk/);
    }
    await daemon.stop();
  });
});
