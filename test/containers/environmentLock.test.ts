/** The lock of a devcontainer on real engines and a real registry: what is tampered with is found and named. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { runCommand } from '../../src/base/runCommand.ts';
import { upEnvironment } from '../../src/environments/devcontainer/upEnvironment.ts';
import { driftLine } from '../../src/environments/drift/driftReport.ts';
import type { DriftReport } from '../../src/environments/environmentLock.ts';
import { lockContainer } from '../../src/environments/lock/container/lockContainer.ts';
import type { LockedContainerProject } from '../../src/environments/lock/container/lockContainer.ts';
import { upLocked } from '../../src/environments/lock/container/upLocked.ts';
import { verifyAtStart } from '../../src/environments/lock/container/verifyAtStart.ts';
import { verifyContainer, type Tier } from '../../src/environments/lock/container/verifyContainer.ts';
import { lockPath } from '../../src/environments/lock/lockPaths.ts';
import { readLock } from '../../src/environments/lock/readLock.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { devcontainerProject, type DevcontainerProject } from '../helpers/containers/devcontainerProject.ts';
import { engineCommand, engineSays } from '../helpers/containers/engineCommand.ts';
import { docker, podman, registry, type TestEngine } from '../helpers/containers/testEngine.ts';
import { scrubbedEnvironment } from '../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';

const devcontainer = join(projectRoot, 'node_modules', '@devcontainers', 'cli', 'devcontainer.js');

const install =
  'import os, site\n' +
  'folder = os.path.join(site.getsitepackages()[0], "lab_package-1.0.dist-info")\n' +
  'os.makedirs(folder, exist_ok=True)\n' +
  'open(os.path.join(folder, "METADATA"), "w").write("Metadata-Version: 2.1\\nName: lab-package\\nVersion: %s\\n" % open("/requirements.txt").read().strip().split("==")[1])\n';

for (const kind of ['docker', 'podman'] as const)
  describe(`the lock of a devcontainer on ${kind}`, function () {
    this.timeout(180_000);
    let engine: TestEngine;
    let project: DevcontainerProject | undefined;
    let locked: LockedContainerProject;
    let base: string;
    let feature: string;

    const here = (): DevcontainerProject => {
      assert.ok(project);
      return project;
    };
    const path = (...parts: string[]): string => join(here().root, ...parts);
    const push = ['push', ...(kind === 'podman' ? ['--tls-verify=false'] : [])];

    before(async function () {
      engine = kind === 'docker' ? docker(this) : await podman(this);
      base = `${registry(this)}/lock-${kind}/base:1`;
      await engineSays(engine, ['tag', await baseImage(engine), base]);
      await engineSays(engine, [...push, base]);
      feature = `${registry(this)}/lock-${kind}/hello:1`;
      if (kind === 'docker') await publishFeature(registry(this));
      project = await devcontainerProject(engine, {
        '.devcontainer/devcontainer.json': config('128m'),
        // An image of its own: nothing that other runs left is built from it.
        '.devcontainer/Dockerfile': `FROM ${base}\nLABEL lockstep.test=${randomUUID()}\nCOPY requirements.txt install.py /\nRUN python3 /install.py\n`,
        'requirements.txt': 'lab-package==1.0\n',
        'install.py': install,
        'notes.txt': 'not part of it\n',
      });
      // Podman takes no registry for one without encryption unless it is told.
      const conf = path('..', 'registries.conf');
      await writeFile(conf, `[[registry]]\nlocation = "${registry(this)}"\ninsecure = true\n`);
      here().repository.environment['CONTAINERS_REGISTRIES_CONF'] = conf;
      await upLocked(here().request);
      locked = await lock();
    });

    after(async () => project?.[Symbol.asyncDispose]());

    function config(sharedMemory: string): string {
      return JSON.stringify({
        build: { dockerfile: 'Dockerfile', context: '..', options: ['--network=none'] },
        runArgs: ['--network=none', `--shm-size=${sharedMemory}`],
        remoteUser: 'root',
        userEnvProbe: 'none',
        // Without a builder of its own an engine builds twice for a Feature: once is enough to know.
        ...(kind === 'docker' ? { features: { [feature]: {} } } : {}),
        postCreateCommand: 'echo once >> /times-created',
      });
    }

    /** A Feature of one line, under its whole version and those that move with it. */
    async function publishFeature(address: string): Promise<void> {
      await using folder = await temporaryFolder();
      await mkdir(join(folder.path, 'hello'));
      const description = { id: 'hello', version: '1.0.0', name: 'hello' };
      await writeFile(join(folder.path, 'hello', 'devcontainer-feature.json'), JSON.stringify(description));
      await writeFile(join(folder.path, 'hello', 'install.sh'), '#!/bin/sh\necho hello > /hello\n');
      const words = ['--registry', address, '--namespace', `lock-${kind}`, folder.path];
      const { exitCode, stderr } = await runCommand({
        program: process.execPath,
        args: [devcontainer, 'features', 'publish', ...words],
        env: scrubbedEnvironment(folder.path),
        timeoutMs: 60_000,
      });
      assert.equal(exitCode, 0, stderr);
    }

    const lock = (): Promise<LockedContainerProject> =>
      lockContainer({ ...here().request, toolVersion: '0.0.0-test' });

    async function verify(upTo: Tier = 'packages'): Promise<DriftReport> {
      const { root, cacheFolder, variables } = here().request;
      const file = await readLock(lockPath(root, 'devcontainer'));
      assert.ok(file);
      return verifyContainer({
        ...{ lock: file, root, cacheFolder, variables, upTo },
        engine: () => Promise.resolve({ engine: here().request.engine }),
      });
    }

    async function drift(upTo?: Tier): Promise<string[]> {
      const { items, problems } = await verify(upTo);
      assert.deepEqual(problems, []);
      return items.filter(one => one.weight === 'must-match').map(driftLine);
    }

    async function inside(script: string): Promise<void> {
      const [id = ''] = await here().containers();
      await engineSays(engine, ['exec', id, 'sh', '-c', script]);
    }

    it('says which files, images and packages it has, and is left alone when made once more', async () => {
      const { container, python, host } = locked.lock;
      assert.ok(container);
      assert.deepEqual(Object.keys(container.files).sort(), [
        '.devcontainer/Dockerfile',
        ...(kind === 'docker' ? ['.devcontainer/devcontainer-lock.json'] : []),
        ...['.devcontainer/devcontainer.json', 'install.py', 'requirements.txt'],
      ]);
      assert.equal(/^sha256:/.test(container.features?.digests[feature] ?? ''), kind === 'docker');
      assert.deepEqual(
        container.base.map(({ ref, digest }) => [ref, digest?.slice(0, 7)]),
        [[base, 'sha256:']],
      );
      assert.equal(container.runtime.shmSize, 128 * 1024 ** 2);
      assert.equal(container.runtime.network, 'none');
      assert.ok(
        container.dpkg?.some(one => /^bash(?::\w+)?=5/.test(one)),
        'bash',
      );
      assert.ok(python?.packages.some(one => one.name === 'lab-package' && one.version === '1.0'));
      assert.equal(host?.engine, kind);
      const again = await lock();
      assert.deepEqual([again.changed, again.sha256], [false, locked.sha256]);
    });

    it('is met by what it was made from, in every tier, and at the start of a run', async () => {
      const report = await verify('registry');
      assert.deepEqual([report.verdict, report.items, report.problems], ['clean', [], []]);
      assert.deepEqual(report.tiers, ['files', 'container', 'packages', 'registry']);
      const { root, ...request } = here().request;
      const [container = ''] = await here().containers();
      const start = await verifyAtStart(root, { ...request, container, budgetMs: 60_000 });
      assert.deepEqual([start.verdict, start.lock], ['clean', locked.sha256]);
      await writeFile(path('notes.txt'), 'still not\n');
      assert.deepEqual(await drift('files'), []);
    });

    it('names what was edited, installed and removed by hand', async () => {
      const dockerfile = await readFile(path('.devcontainer', 'Dockerfile'), 'utf8');
      await writeFile(path('.devcontainer', 'Dockerfile'), `${dockerfile}RUN true\n`);
      await writeFile(path('requirements.txt'), 'lab-package==2.0\n');
      assert.deepEqual(await drift('files'), ['.devcontainer/Dockerfile edited', 'requirements.txt edited']);
      await writeFile(path('.devcontainer', 'Dockerfile'), dockerfile);
      await writeFile(path('requirements.txt'), 'lab-package==1.0\n');

      await inside(
        `echo lab-package==2.0 >/requirements.txt && python3 /install.py && dpkg --force-all --remove patch procps >/dev/null 2>&1; true`,
      );
      const found = await drift();
      assert.ok(found.includes('lab-package 1.0 → 2.0, installed by hand'), found.join('\n'));
      assert.ok(
        found.some(line => /^procps(?::\w+)? \S+ → \(gone\), removed by hand$/.test(line)),
        found.join('\n'),
      );
    });

    if (kind === 'docker')
      it('names a Feature whose digest was edited', async () => {
        const featureLock = path('.devcontainer', 'devcontainer-lock.json');
        const features = await readFile(featureLock, 'utf8');
        await writeFile(featureLock, features.replaceAll(/sha256:\w{64}/g, `sha256:${'1'.repeat(64)}`));
        assert.match(
          (await drift('files')).join('\n'),
          /^Feature \S+hello:1 sha256:\w+… → sha256:1+…, \S+ edited$/,
        );
        await writeFile(featureLock, features);
      });

    it('names a tag that moved', async () => {
      await engineSays(engine, ['tag', await otherImage(), base]);
      await engineSays(engine, [...push, base]);
      try {
        const moved = (await verify('registry')).items.filter(one => one.part === 'base').map(driftLine);
        assert.equal(moved.length, 1);
        assert.match(moved[0] ?? '', new RegExp(`^tag ${base} sha256:\\w+… → sha256:\\w+…, moved$`));
      } finally {
        await engineSays(engine, ['tag', await baseImage(engine), base]);
        await engineSays(engine, [...push, base]);
        // By its id: the registry gave it a further name.
        const other = await engineSays(engine, ['image', 'inspect', '--format', '{{.Id}}', otherName]);
        await engineSays(engine, ['rmi', '--force', other]);
      }
    });

    const otherName = `lockstep-test/lock-other-${kind}:1`;

    async function otherImage(): Promise<string> {
      const [id = ''] = await here().containers();
      await engineSays(engine, ['commit', id, otherName]);
      return otherName;
    }

    it('beats a build: the locked image is used, and other options of the container are named', async () => {
      await engineSays(engine, ['rm', '--force', ...(await here().containers())]);
      const again = await upLocked(here().request);
      assert.deepEqual(again.fromLock, { how: 'image' });
      const [id = ''] = await here().containers();
      assert.equal(await engineSays(engine, ['exec', id, 'cat', '/times-created']), 'once');
      assert.deepEqual(await drift(), []);

      await writeFile(path('.devcontainer', 'devcontainer.json'), config('256m'));
      await engineSays(engine, ['rm', '--force', ...(await here().containers())]);
      assert.deepEqual((await upLocked(here().request)).fromLock, { how: 'changed' });
      const found = await drift('container');
      assert.ok(found.includes('.devcontainer/devcontainer.json edited'), found.join('\n'));
      assert.ok(
        found.includes('shm-size 128 MB → 256 MB, set otherwise when the container was made'),
        found.join('\n'),
      );
      await writeFile(path('.devcontainer', 'devcontainer.json'), config('128m'));
    });

    it('is compared with what had to be built anew, whose images are named by digest', async () => {
      const [id = ''] = await here().containers();
      const now = await engineSays(engine, ['inspect', '--format', '{{.Image}}', id]);
      await engineSays(engine, ['rm', '--force', id]);
      const image = locked.lock.container?.image.id ?? '';
      // The one that was built last, first: it may have the locked one for its parent, which goes with it.
      for (const one of [now, image]) await runCommand(engineCommand(engine, ['rmi', '--force', one]));
      await assert.rejects(engineSays(engine, ['image', 'inspect', image]));
      const rebuilt = await upLocked(here().request);
      assert.equal(rebuilt.fromLock?.how, 'rebuilt');
      assert.equal(rebuilt.fromLock.drift?.verdict, 'clean', JSON.stringify(rebuilt.fromLock.drift));
      const report = await verify('container');
      assert.equal(report.verdict, 'clean', JSON.stringify(report));
      const edited = await readFile(path('.devcontainer', 'Dockerfile'), 'utf8');
      assert.ok(edited.startsWith(`FROM ${base}\n`));
    });

    it('needs a container that runs, and says what it could not look at', async () => {
      const [id = ''] = await here().containers();
      await engineSays(engine, ['stop', '--time', '0', id]);
      await assert.rejects(lock(), { code: 'lock-needs-running' });
      const stopped = await verify();
      assert.equal(stopped.verdict, 'unknown');
      assert.match(stopped.problems.join(), /lockstep env up starts it/);
      await engineSays(engine, ['rm', '--force', id]);
      await assert.rejects(lock(), { code: 'lock-needs-container' });
      assert.equal((await verify()).verdict, 'unknown');
      await writeFile(lockPath(here().root, 'devcontainer'), '{"lockVersion": 99}');
      const up = await upEnvironment(here().request);
      assert.equal(up.how, 'created');
      const { root, ...request } = here().request;
      const start = await verifyAtStart(root, { ...request, container: up.container.id });
      assert.equal(start.verdict, 'unknown');
      assert.match(start.problems.join(), /version 99/);
      await rm(lockPath(root, 'devcontainer'));
      assert.equal((await verifyAtStart(root, { ...request, container: id })).verdict, 'unlocked');
    });
  });
