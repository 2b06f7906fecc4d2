/** The life of a devcontainer on real Docker and real Podman: up, inside, edited, rebuilt, cancelled, down. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { LockstepError } from '../../src/base/lockstepError.ts';
import { downEnvironment } from '../../src/environments/devcontainer/downEnvironment.ts';
import { environmentFolder } from '../../src/environments/devcontainer/environmentFolder.ts';
import type { EnvironmentFolder } from '../../src/environments/devcontainer/environmentFolder.ts';
import type { EnvironmentProgress } from '../../src/environments/devcontainer/environmentProgress.ts';
import type { EnvironmentRequest } from '../../src/environments/devcontainer/environmentRequest.ts';
import { environmentState } from '../../src/environments/devcontainer/environmentStateOf.ts';
import { execInEnvironment } from '../../src/environments/devcontainer/execInEnvironment.ts';
import type { ExecRequest } from '../../src/environments/devcontainer/execInEnvironment.ts';
import { environmentDisk } from '../../src/environments/devcontainer/environmentDisk.ts';
import { rebuildEnvironment } from '../../src/environments/devcontainer/rebuildEnvironment.ts';
import { upEnvironment } from '../../src/environments/devcontainer/upEnvironment.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { builtConfig, devcontainerProject, offline } from '../helpers/containers/devcontainerProject.ts';
import type { DevcontainerProject } from '../helpers/containers/devcontainerProject.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { docker, podman, type TestEngine } from '../helpers/containers/testEngine.ts';
import { waitFor } from '../helpers/waitFor.ts';

for (const kind of ['docker', 'podman'] as const)
  describe(`a devcontainer on ${kind}`, function () {
    let engine: TestEngine;
    let base: string;
    let project: DevcontainerProject | undefined;
    before(async function () {
      engine = kind === 'docker' ? docker(this) : await podman(this);
      base = await baseImage(engine);
      project = await devcontainerProject(engine, {
        '.devcontainer/devcontainer.json': builtConfig({
          containerEnv: { OF_CONTAINER: 'c' },
          remoteEnv: {
            OF_REMOTE: '${containerEnv:OF_CONTAINER}+r',
            OF_ME: '${localEnv:LOCKSTEP_TEST_SECRET:none} ${containerWorkspaceFolder}/src',
          },
          mounts: [
            'source=lockstep-pip,target=/cache/pip,type=volume',
            'source=own-${devcontainerId},target=/own,type=volume',
          ],
          postCreateCommand: 'sh setup.sh',
        }),
        '.devcontainer/Dockerfile': `FROM ${base}\nRUN echo one > /one\n`,
        'setup.sh': 'echo set up && touch /set-up\n',
        'data/x.txt': 'x\n',
      });
    });

    after(async () => project?.[Symbol.asyncDispose]());

    const here = (): DevcontainerProject => {
      assert.ok(project);
      return project;
    };

    interface Ended {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }

    async function inside(
      argv: ExecRequest['argv'],
      more: Partial<ExecRequest> & { readonly input?: string; readonly request?: EnvironmentRequest } = {},
    ): Promise<Ended> {
      const { request = here().request, input, ...rest } = more;
      const { container } = await environmentState(request);
      assert.ok(container);
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const outputs = Promise.all([text(stdout), text(stderr)]);
      try {
        const code = await execInEnvironment({
          ...{ engine: request.engine, container, argv, variables: request.variables },
          streams: {
            tty: false,
            stdin: input === undefined ? 'empty' : Readable.from([input]),
            ...{ stdout, stderr },
          },
          ...rest,
        });
        return { code, ...(await closed(stdout, stderr, outputs)) };
      } finally {
        stdout.end();
        stderr.end();
      }
    }

    async function closed(
      stdout: PassThrough,
      stderr: PassThrough,
      outputs: Promise<[string, string]>,
    ): Promise<Pick<Ended, 'stdout' | 'stderr'>> {
      stdout.end();
      stderr.end();
      const [out, err] = await outputs;
      return { stdout: out, stderr: err };
    }

    async function failure(work: Promise<unknown>): Promise<LockstepError> {
      const error: unknown = await work.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(error instanceof LockstepError, String(error));
      return error;
    }

    const dockerfile = (): string => join(here().root, '.devcontainer', 'Dockerfile');
    const kept = (): EnvironmentFolder =>
      environmentFolder(here().request.cacheFolder, here().root, '.devcontainer/devcontainer.json');
    const config = (): string => join(here().root, '.devcontainer', 'devcontainer.json');

    it('comes up with its steps told, and is used the second time', async () => {
      const told: EnvironmentProgress[] = [];
      const request = { ...here().request, onProgress: (one: EnvironmentProgress) => void told.push(one) };
      const made = await upEnvironment(request);
      assert.equal(made.how, 'created');
      assert.equal(made.container.madeBy, 'lockstep');
      const steps = told.flatMap(one => (one.kind === 'step' && one.state === 'running' ? [one.text] : []));
      assert.ok(steps.includes('RUN echo one > /one'), steps.join('\n'));
      assert.ok(told.some(one => one.kind === 'output' && one.text === 'set up'));
      const again = await upEnvironment(request);
      assert.deepEqual([again.how, again.container.id], ['used', made.container.id]);
      assert.deepEqual(again.stale, []);
    });

    const codes: readonly (readonly [name: string, argv: ExecRequest['argv'], code: number])[] = [
      ['an exit code', ['sh', '-c', 'exit 7'], 7],
      ['a program that is not there', ['no-such-program'], 127],
      ['a death by a signal', ['sh', '-c', 'kill -9 $$'], 137],
    ];
    for (const [name, argv, code] of codes)
      it(`passes on ${name}`, async () => assert.equal((await inside(argv)).code, code));

    it('runs commands with the remote environment, in the folder asked for, with its input and what it is told of itself', async () => {
      const { container } = await environmentState(here().request);
      const secret = { ...here().request.variables, LOCKSTEP_TEST_SECRET: 'a $x\nb' };
      const mine = await inside(['printenv', 'OF_ME'], { request: { ...here().request, variables: secret } });
      assert.equal(mine.stdout, `a $x\nb ${container?.remoteWorkspaceFolder ?? ''}/src\n`);
      const script = 'pwd; echo "$OF_CONTAINER $OF_REMOTE"; cat; ls /set-up; echo no >&2';
      const cwd = `${container?.remoteWorkspaceFolder ?? ''}/data`;
      const { stdout, stderr, code } = await inside(['sh', '-c', script], { cwd, input: 'in\n' });
      assert.deepEqual([stdout, stderr, code], [`${cwd}\nc c+r\nin\n/set-up\n`, 'no\n', 0]);
      const identity = await inside(['cat', '/var/lib/lockstep-environment/environment.json']);
      assert.equal(
        (JSON.parse(identity.stdout) as { container: { id: string } }).container.id,
        container?.id,
      );
      assert.match((await inside(['printenv', 'LOCKSTEP_ENVIRONMENT'])).stdout, /^\{"kind":"devcontainer"/);
    });

    it('ends the whole tree inside when a command is cancelled', async () => {
      const stop = new AbortController();
      const running = inside(['sh', '-c', 'setsid sleep 98765 & trap "" TERM; sleep 98765; sleep 98765'], {
        signal: stop.signal,
      });
      const sleeping = async (): Promise<number> =>
        Number(
          (
            await inside([
              'sh',
              '-c',
              'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -o "[s]leep 98765 " | wc -l',
            ])
          ).stdout,
        );
      await waitFor('the command to run', async () => (await sleeping()) >= 2);
      stop.abort();
      await assert.rejects(running, { name: 'AbortError' });
      assert.equal(await sleeping(), 0);
    });

    it('says by name what changed, keeps the old container while the new image fails, and swaps it when it is there', async () => {
      const { container: old } = await environmentState(here().request);
      await writeFile(join(here().root, 'setup.sh'), 'echo other\n');
      const forged = `echo " ---> Running in ${old?.id ?? ''}"`;
      await writeFile(
        dockerfile(),
        `FROM ${base}\nRUN ${forged} && echo one > /one\nRUN echo out && \\\n  false\n`,
      );
      const { stale } = await environmentState(here().request);
      assert.deepEqual(
        stale.map(({ what, how }) => `${what} ${how}`),
        ['.devcontainer/Dockerfile changed', 'setup.sh changed'],
      );
      const error = await failure(rebuildEnvironment(here().request));
      assert.equal(error.code, 'build-failed');
      assert.match(error.message, /\.devcontainer\/Dockerfile:3: RUN echo out && +false\n {2}out\n/);
      assert.deepEqual(await here().containers(), [old?.id]);

      await writeFile(dockerfile(), `FROM ${base}\nRUN echo one > /one\nRUN echo two > /two\n`);
      await writeFile(join(here().root, 'setup.sh'), 'touch /set-up\n');
      const made = await rebuildEnvironment(here().request);
      assert.notEqual(made.container.id, old?.id);
      assert.deepEqual(await here().containers(), [made.container.id]);
      assert.equal((await inside(['cat', '/two'])).stdout, 'two\n');
      assert.deepEqual((await environmentState(here().request)).stale, []);
    });

    it('keeps the old container where the engine would not start the new one', async () => {
      const before = await here().containers();
      const text = await readFile(config(), 'utf8');
      await writeFile(config(), text.replace('"--network=none"]', '"--network=none", "--nonsense"]'));
      const error = await failure(rebuildEnvironment(here().request));
      assert.equal(error.code, 'unknown-run-argument');
      assert.deepEqual(await here().containers(), before);
      await writeFile(config(), text);
    });

    it('tells what it takes, stops, and starts again', async () => {
      const parts = (await environmentDisk(here().request)).parts.map(one => one.kind);
      assert.deepEqual([...new Set(parts)].sort(), ['container', 'image', 'volume']);
      const { stopped } = await downEnvironment({ ...here().request, remove: false });
      assert.equal(stopped.length, 1);
      assert.equal((await environmentState(here().request)).container?.state, 'exited');
      // People clean caches.
      await rm(here().request.cacheFolder, { recursive: true });
      assert.equal((await upEnvironment(here().request)).how, 'started');
    });

    it('leaves nothing when it goes down for good', async () => {
      const folder = kept();
      assert.equal((await stat(folder.log)).mode & 0o777, 0o600);
      const stop = new AbortController();
      const cancelled = downEnvironment({
        ...{ ...here().request, remove: true, signal: stop.signal },
        onProgress: () => stop.abort(),
      });
      await assert.rejects(cancelled, { name: 'AbortError' });
      const left = (await readdir(folder.folder)).length;
      assert.ok(left > 0, 'what a later command needs is still there');
      const { removed, volumes, warnings } = await downEnvironment({
        ...{ ...here().request, remove: true, volumes: true },
      });
      assert.equal(removed.length, 1);
      assert.match(volumes.join(), /^own-[0-9a-v]{52}$/);
      assert.match(warnings.join(), /^The volume lockstep-pip stays: [^:]*$/);
      assert.deepEqual(await here().containers(), []);
      assert.deepEqual((await downEnvironment({ ...here().request, remove: true })).removed, []);
      assert.deepEqual(await readdir(folder.folder), []);
    });

    it('leaves nothing when a build is cancelled, and what others made meanwhile as it is', async () => {
      await writeFile(dockerfile(), `FROM ${base}\nRUN echo begun && sleep 98764\n`);
      // Podman lists what its builds work in only when it is asked to.
      const all = ['ps', '--all', '--quiet', ...(kind === 'podman' ? ['--external'] : [])];
      const count = async (): Promise<number> => (await engineSays(engine, all)).split('\n').length;
      const before = await count();
      const labels = [`devcontainer.local_folder=${here().root}`, `devcontainer.config_file=${config()}`];
      let [other, held] = ['', ''];
      const stop = new AbortController();
      const work = upEnvironment({
        ...here().request,
        signal: stop.signal,
        onProgress: one => {
          if (one.kind !== 'output' || one.text !== 'begun') return;
          held = readFileSync(kept().turn, 'utf8');
          const words = ['create', ...labels.flatMap(label => ['--label', label]), base, 'true'];
          void engineSays(engine, words)
            .then(id => (other = id))
            .finally(() => stop.abort());
        },
      });
      await assert.rejects(work, { name: 'AbortError' });
      assert.deepEqual(await here().containers(), [other]);
      assert.match(held, /"others": \[\s+\{\s+"pid": \d+/, 'the program holds the turn, too');
      await engineSays(engine, ['rm', '--force', other]);
      await waitFor('the step to end', async () => (await count()) <= before);
      await writeFile(dockerfile(), `FROM ${base}\n`);
    });

    it('leaves nothing when the engine would not start the container', async () => {
      await using other = await devcontainerProject(engine, {
        '.devcontainer.json': JSON.stringify({ image: base, runArgs: ['--device=/dev/lockstep-none'] }),
      });
      await failure(upEnvironment(other.request));
      assert.deepEqual(await other.containers(), []);
    });

    it('comes up beside a container whose start had failed', async () => {
      const labels = [`devcontainer.local_folder=${here().root}`, `devcontainer.config_file=${config()}`];
      const words = ['create', ...labels.flatMap(label => ['--label', label]), base, 'no-such-program'];
      const id = await engineSays(engine, words);
      await assert.rejects(engineSays(engine, ['start', id]));
      const made = await upEnvironment(here().request);
      assert.equal(made.how, 'created');
      assert.deepEqual(await here().containers(), [made.container.id]);
    });

    it('serves a linked worktree at the same time, with the repository it belongs to', async () => {
      const tree = `${here().root}-tree`;
      await writeFile(join(here().root, 'setup.sh'), 'true\n');
      await here().repository.commit('for the worktree');
      await here().repository.git('worktree', 'add', '-q', tree);
      const request = { ...here().request, root: tree };
      const [one, other] = await Promise.all([upEnvironment(here().request), upEnvironment(request)]);
      assert.notEqual(one.container.id, other.container.id);
      const head = await inside(['git', '-c', 'safe.directory=*', 'rev-parse', 'HEAD'], { request });
      assert.equal(head.stdout.trim(), await here().repository.git('rev-parse', 'HEAD'));
      await downEnvironment({ ...request, remove: true });
    });

    it('is used as it is when another tool made it', async () => {
      await downEnvironment({ ...here().request, remove: true });
      const words = [
        'run',
        '--detach',
        '--network=none',
        '--label',
        `devcontainer.local_folder=${here().root}`,
      ];
      words.push('--label', `devcontainer.config_file=${config()}`, '--volume', `${here().root}:/elsewhere`);
      // As Compose does it, with a second service beside.
      const compose = ['--stop-signal=KILL', '--label', `com.docker.compose.project=lockstep-test-${kind}`];
      const id = await engineSays(engine, [...words, ...compose, base, 'sleep', '98763']);
      const aside = ['run', '--detach', '--network=none', '--name', `lockstep-test-db-${kind}`, ...compose];
      const database = await engineSays(engine, [...aside, base, 'sleep', '98762']);
      const found = await upEnvironment(here().request);
      assert.deepEqual([found.how, found.container.madeBy, found.container.id], ['used', 'other', id]);
      assert.equal((await inside(['pwd'])).stdout, '/elsewhere\n');
      const { warnings } = await downEnvironment({ ...here().request, remove: true });
      assert.match(warnings.join(), new RegExp(`are left: lockstep-test-db-${kind}\\. To end them: `));
      await engineSays(engine, ['rm', '--force', database]);
    });

    // Podman tries for a third of a minute.
    if (kind === 'docker')
      it('says that an image is not to be had', async () => {
        await using other = await devcontainerProject(engine, {
          '.devcontainer.json': JSON.stringify({ image: 'localhost:1/lockstep-test/none:1', ...offline }),
        });
        const error = await failure(upEnvironment(other.request));
        assert.match(error.code, /^(?:registry-unreachable|image-not-found)$/);
        assert.match(error.message, /localhost:1\/lockstep-test\/none:1/);
        assert.deepEqual(await other.containers(), []);
      });
  });
