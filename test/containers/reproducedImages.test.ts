/**
 * Reproductions of a run whose image is here, gone from here, gone everywhere, or cannot be had at all, on real engines and
 * a real registry; and what the program of a stranger sees in its container. One run for all of it: each test takes away
 * more than the one before.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockContainer } from '../../src/environments/lock/container/lockContainer.ts';
import { lockPath } from '../../src/environments/lock/lockPaths.ts';
import { withDigestName } from '../../src/execution/inside/identifyInside.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import { readPreparing } from '../../src/runs/preparing.ts';
import { runPaths, type RunPaths } from '../../src/runs/runPaths.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import type { Forecast } from '../../src/runs/forecast.ts';
import type { Verdict } from '../../src/runs/verdict.ts';
import { socketAnswers } from '../../scripts/provision/containers/dockerDaemon.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { engineOf } from '../helpers/containers/devcontainerProject.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { heldRegistry, type HeldRegistry } from '../helpers/containers/heldRegistry.ts';
import { insideProject, type InsideProject } from '../helpers/containers/insideProject.ts';
import { docker, podman, registry, type TestEngine } from '../helpers/containers/testEngine.ts';
import { cliScript } from '../helpers/lockstepCli.ts';
import { temporaryFolder } from '../helpers/temporaryFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** Tells on standard error what of the repository it can read, and trains for the rest of its life. */
const program = (root: string): string => `
import json, os, subprocess, sys
def said(*words):
    return subprocess.run(["git", *words], capture_output=True, text=True).stdout.split()
json.dump({
    "objects": len(said("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")),
    "commits": len(said("rev-list", "--all", "HEAD")),
    "refs": said("for-each-ref", "--format=%(refname)"),
    "workspace": sorted(os.listdir("${root}")) if os.path.exists("${root}") else [],
    "git": sorted(os.listdir("${root}/.git")) if os.path.exists("${root}/.git") else [],
}, sys.stderr)
text = open("data.txt").read()
for step in range(3):
    print(json.dumps({"step": step, "loss": len(text) / (step + 1)}))
open("model.txt", "w").write(text * 2)
`;

const patient = { deadlineMs: 90_000 };

interface Begun {
  /** Resolves when the newest line is like that. */
  readonly told: (wanted: RegExp) => Promise<RunPaths>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string }>;
  readonly interrupt: () => void;
}

for (const kind of ['docker', 'podman'] as const)
  describe(`a run whose image goes away: ${kind}`, function () {
    this.timeout(240_000);
    const ends: (() => Promise<unknown>)[] = [];
    let engine: TestEngine;
    let project: InsideProject;
    let fetched: HeldRegistry;
    let base: string;
    let own: string;
    let digest: string;
    let image: string;
    /** Of the base, as the lock says. */
    let locked: string;
    let bare: LaunchedRun;
    let original: LaunchedRun;
    /** Its lock names a base that is nowhere. */
    let orphan: LaunchedRun;
    /** Its image is never ready. */
    let slow: LaunchedRun;
    const sleepingFor = `9${process.pid}${kind === 'docker' ? 1 : 2}`;

    before(async function () {
      fetched = await heldRegistry(registry(this));
      ends.push(async () => fetched[Symbol.asyncDispose]());
      const { address } = fetched;
      engine = kind === 'docker' ? docker(this) : await trustingPodman(this, address, ends);
      base = `${address}/restore-${kind}/base:1`;
      own = `${address}/restore-${kind}/own:1`;
      await says('tag', await baseImage(engine), base);
      // As a person has them: from the registry, under the registry's names.
      await push(base);
      await says('rmi', base);
      await says('pull', ...unencrypted, base);
      const dockerfile = [
        `ARG NAME=nothing`,
        'FROM ${NAME}:1 AS first',
        `COPY --from=${base} /etc/debian_version /copied`,
        'FROM ${NAME}:1 AS second',
        'FROM second',
        `LABEL lockstep.test=${randomUUID()}`,
      ].join('\n');
      const args = { NAME: base.replace(/:1$/, '') };
      await build(dockerfile, own, args);
      await push(own);
      await says('rmi', '--force', own);
      await says('pull', ...unencrypted, own);
      image = await says('image', 'inspect', '--format', '{{.Id}}', own);
      digest =
        (await says('image', 'inspect', '--format', '{{index .RepoDigests 0}}', own)).split('@')[1] ?? '';
      project = await insideProject(engine, { '.gitignore': 'data.txt\nmodel.txt\n' }, [], {}, own);
      ends.push(async () => project[Symbol.asyncDispose]());
      await project.write({ 'data.txt': 'the data', 'exp.py': program(project.root) });
      bare = await finished();
      await project.repository.write({
        '.devcontainer/devcontainer.json': JSON.stringify({ build: { dockerfile: 'Dockerfile', args } }),
        '.devcontainer/Dockerfile': dockerfile,
      });
      await lockContainer({
        ...{ root: project.root, engine: engineOf(engine), variables: project.environment },
        ...{ cacheFolder: join(project.repository.home, 'cache'), toolVersion: '0.0.0-test' },
      });
      await project.repository.commit('a devcontainer');
      original = await finished();
      const lock = lockPath(project.root, 'devcontainer');
      locked = await digestOf(base);
      const text = await readFile(lock, 'utf8');
      assert.ok(text.includes(locked));
      await writeFile(lock, text.replaceAll(locked, `sha256:${'0'.repeat(64)}`));
      await project.repository.commit('a lock of a base that no registry has');
      orphan = await finished();
      await project.repository.write({
        '.devcontainer/Dockerfile': `FROM ${base}\nRUN exec sleep ${sleepingFor}\n`,
      });
      await project.repository.commit('an image that takes long');
      slow = await finished();
      await project.repository.write({ 'private.txt': 'not pushed\n' });
      await project.repository.commit('private');
      await says('rm', '--force', project.container);
    });

    after(async () => {
      for (const end of ends.reverse()) await end();
    });

    const says = (...words: string[]): Promise<string> => engineSays(engine, words);

    const unencrypted = kind === 'podman' ? ['--tls-verify=false'] : [];
    const push = (name: string): Promise<string> => says('push', ...unencrypted, name);

    async function build(
      dockerfile: string,
      name: string,
      args: Readonly<Record<string, string>> = {},
    ): Promise<void> {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, 'Dockerfile'), dockerfile);
      const words = Object.entries(args).flatMap(([key, text]) => ['--build-arg', `${key}=${text}`]);
      await says('build', '--quiet', '--network', 'none', ...words, '--tag', name, folder.path);
    }

    /** Of an image in the registry. @param reference A tag or a digest. */
    async function manifest(name: string, reference: string, method = 'HEAD'): Promise<Response> {
      const [address = '', ...path] = name.replace(/:1$/, '').split('/');
      return fetch(`http://${address}/v2/${path.join('/')}/manifests/${reference}`, {
        method,
        headers: {
          Accept:
            'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
        },
      });
    }

    /**
     * Under the digest of the lock it is not here any more. Podman knows the content by that digest for as long as any
     * image has it, which the base of all tests may: then it need not be fetched.
     */
    async function forgetBase(): Promise<void> {
      const name = `${base.replace(/:1$/, '')}@${locked}`;
      await says('rmi', name).catch(() => undefined);
      if (kind === 'docker') await assert.rejects(says('image', 'inspect', name));
    }

    async function digestOf(name: string): Promise<string> {
      return (await manifest(name, '1')).headers.get('docker-content-digest') ?? '';
    }

    async function finished(): Promise<LaunchedRun> {
      const run = await project.launch(['python3', 'exp.py']);
      assert.equal((await run.ended()).state, 'finished', await readFile(run.paths.stderr, 'utf8'));
      // Its packages are asked for in the container, which is about to go.
      await waitFor('what was captured', () => existsSync(run.paths.captured), patient);
      return run;
    }

    async function reproduced(
      run: LaunchedRun,
      ...words: string[]
    ): Promise<{
      code: number | null;
      verdict: Verdict;
      error?: { code: string; message: string; mend?: string };
    }> {
      const { code, document } = await project.json(['reproduce', run.id, '--json', ...words]);
      await nothingIsLeft();
      return { code, ...(document as object), verdict: document as Verdict };
    }

    async function nothingIsLeft(): Promise<void> {
      const words = ['ps', '--all', '--quiet', '--filter', `label=lockstep.store=${project.store}`];
      await waitFor('its container to go', async () => (await says(...words)) === '', patient);
      const checkouts = join(project.repository.home, '.cache', 'lockstep', 'checkouts');
      await waitFor(
        'its checkout to go',
        async () => (await readdir(checkouts).catch(() => [])).length === 0,
        patient,
      );
    }

    async function isHere(): Promise<boolean> {
      return says('image', 'inspect', image).then(
        () => true,
        () => false,
      );
    }

    const removeImage = (): Promise<string> => says('rmi', '--force', image);

    /** What its program told of this machine. */
    async function seenBy(reproduction: string): Promise<Record<string, unknown>> {
      const { stderr } = runPaths(project.store, reproduction);
      return JSON.parse(await readFile(stderr, 'utf8')) as Record<string, unknown>;
    }

    async function environmentForecast(): Promise<Forecast['items']> {
      const { document } = await project.json(['reproduce', original.id, '--forecast', '--json']);
      return (document as Forecast).items.filter(one => one.ingredient === 'environment');
    }

    /** The command line in the middle of a reproduction, and the lines about what is made ready for it. */
    async function begun(run: LaunchedRun): Promise<Begun> {
      const known = new Set((await new RunStore(project.store).list()).map(one => one.id));
      const child = spawn(process.execPath, [cliScript, 'reproduce', run.id, '--json'], {
        ...{ cwd: project.root, env: project.environment, stdio: ['ignore', 'pipe', 'inherit'] },
      });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out }));
      const told = async (wanted: RegExp): Promise<RunPaths> => {
        let paths: RunPaths | undefined;
        await waitFor(
          `a line like ${wanted}`,
          async () => {
            const started = (await new RunStore(project.store).list()).find(one => !known.has(one.id));
            if (started !== undefined) paths = runPaths(project.store, started.id);
            return paths !== undefined && wanted.test(readPreparing(paths) ?? '');
          },
          patient,
        );
        assert.ok(paths);
        return paths;
      };
      return { told, ended, interrupt: () => child.kill('SIGINT') };
    }

    it('is ended by Ctrl-C while its image is fetched, and nothing goes on', async () => {
      // With something to fetch that is nowhere else.
      const large = base.replace('base:1', 'large:1');
      await build(`FROM ${base}\nRUN head -c 1000000 /dev/urandom >/content\n`, large);
      await push(large);
      const id = await says('image', 'inspect', '--format', '{{.Id}}', large);
      const repository = large.replace(/:1$/, '');
      await says('rmi', '--force', large);
      const plan = await readFile(bare.paths.plan, 'utf8');
      const other = JSON.parse(plan) as { environment: { container: object } };
      const { container } = other.environment;
      const repoDigests = [`${repository}@${await digestOf(large)}`];
      other.environment.container = { ...container, imageId: withDigestName(id), repoDigests };
      await writeFile(bare.paths.plan, JSON.stringify(other));
      try {
        fetched.hold();
        const { told, ended, interrupt } = await begun(bare);
        await told(/^Fetching the image localhost:/);
        await waitFor('the engine to fetch', () => fetched.waiting > 0, patient);
        interrupt();
        assert.equal((await ended).code, 130);
        await nothingIsLeft();
        fetched.release();
        await assert.rejects(says('image', 'inspect', id));
      } finally {
        await writeFile(bare.paths.plan, plan);
      }
    });

    it('is reproduced in the very image, pulled by its digest, and says so while it waits', async () => {
      await removeImage();
      fetched.hold();
      const { told, ended } = await begun(original);
      const paths = await told(/^Fetching the image localhost:/);
      await waitFor('the engine to fetch', () => fetched.waiting > 0, patient);
      fetched.release();
      const { code, out } = await ended;
      await nothingIsLeft();
      assert.equal(readPreparing(paths), undefined);
      const verdict = JSON.parse(out) as Verdict;
      assert.deepEqual([code, verdict.verdict, verdict.caps], [0, 'identical', []], JSON.stringify(verdict));
      assert.equal(await isHere(), true);
      // A run of one's own has the workspace to read.
      const { workspace } = await seenBy(verdict.reproductionId);
      assert.ok(Array.isArray(workspace) && workspace.includes('private.txt'));
    });

    it('sees of this machine what came with it, where somebody else shared it', async () => {
      const { plan: path, shared } = runPaths(project.store, original.id);
      const plan = await readFile(path, 'utf8');
      const foreign = JSON.parse(plan) as { environment: { container: { mark?: string } } };
      delete foreign.environment.container.mark;
      await writeFile(path, JSON.stringify(foreign));
      const at = '2026-01-01T00:00:00Z';
      const from = { schemaVersion: 1, remote: 'origin', url: 'x', commit: 'y', fetchedAt: at };
      await writeFile(shared, JSON.stringify({ ...from, confirmedAt: at }));
      try {
        const { code, verdict } = await reproduced(original);
        assert.equal(code, 0, JSON.stringify(verdict));
        const { objects, ...seen } = await seenBy(verdict.reproductionId);
        // Of the repository: the commit that ran, by its recorded branch, with its folders and files. Of the workspace: the
        // folder of its own record.
        assert.deepEqual(seen, {
          commits: 1,
          refs: ['refs/heads/main'],
          workspace: ['.git'],
          git: ['lockstep'],
        });
        const words = ['ls-tree', '-r', '-t', '--name-only', 'HEAD~1'];
        assert.equal(objects, (await project.repository.git(...words)).split('\n').length + 2);

        await project.write({ 'data.txt': 'something else' });
        const withheld = await reproduced(original);
        assert.deepEqual(
          [withheld.code, withheld.error?.code],
          [3, 'input-withheld'],
          JSON.stringify(withheld),
        );
        assert.match(withheld.error?.message ?? '', /data\.txt differs from the recorded one/);
        assert.match(withheld.error?.mend ?? '', /--give data\.txt$/);
        const { document } = await project.json(['reproduce', original.id, '--forecast', '--json']);
        assert.deepEqual(
          (document as Forecast).blockers.map(one => one.code),
          ['input-withheld'],
        );
        const given = await reproduced(original, '--give', 'data.txt');
        assert.ok(given.verdict.caps.includes('input data.txt has changed since'), JSON.stringify(given));
      } finally {
        await project.write({ 'data.txt': 'the data' });
        await writeFile(path, plan);
        await rm(shared);
      }
    });

    it('is reproduced without a cap in an image built again that is the locked one, file by file', async () => {
      await removeImage();
      assert.equal((await manifest(own, digest, 'DELETE')).status, 202);
      // The tag that it is built from names something else by now, here and in the registry.
      await build(`FROM ${base}\nRUN dpkg --force-all --purge procps\n`, base);
      await push(base);
      assert.notEqual(await digestOf(base), locked);
      await forgetBase();
      const plan = await readFile(original.paths.plan, 'utf8');
      const recorded = JSON.parse(plan) as { environment: { container: { imageBytes?: number } } };
      const { imageBytes } = recorded.environment.container;
      assert.ok(imageBytes !== undefined && imageBytes > 10_000_000, String(imageBytes));
      const [whole] = await environmentForecast();
      assert.deepEqual([whole?.availability, whole?.bytes], ['rebuildable', imageBytes]);
      delete recorded.environment.container.imageBytes;
      await writeFile(original.paths.plan, JSON.stringify(recorded));
      const [ofBase] = await environmentForecast();
      assert.ok(ofBase?.bytes !== undefined && ofBase.bytes > 10_000_000, JSON.stringify(ofBase));
      assert.match(ofBase.reason ?? '', /that is its base; what the build adds is not known$/);
      await writeFile(original.paths.plan, plan);

      const { code, verdict } = await reproduced(original);
      assert.deepEqual([code, verdict.verdict, verdict.caps], [0, 'identical', []], JSON.stringify(verdict));
      assert.equal(await isHere(), false);
    });

    it('is capped by the name of each package that an image built again has otherwise', async () => {
      const { code, verdict } = await reproduced(orphan);
      assert.deepEqual([code, verdict.verdict], [0, 'within-tolerance'], JSON.stringify(verdict));
      const [rebuilt, other, ...packages] = verdict.caps;
      assert.equal(rebuilt, 'the image was rebuilt from the devcontainer of the code');
      assert.match(
        other ?? '',
        /^its base is what \S+:1 names now, because the locked one cannot be had: .*(?:not found|unknown)/,
      );
      assert.match(packages.join('\n'), /^its rebuilt image: procps \S+ → \(not installed\)$/);
    });

    it('is ended by Ctrl-C while its image is built, and nothing goes on', async () => {
      const left = await containers();
      const { told, ended, interrupt } = await begun(slow);
      await told(/^Building the image, step 2\/2: RUN exec sleep/);
      await waitFor('the step to run', async () => (await sleepers()).length > 0, patient);
      interrupt();
      assert.equal((await ended).code, 130);
      // A service of Podman ends a step only with the step; then nothing more is built.
      if (kind === 'podman') for (const pid of await sleepers()) process.kill(pid, 'SIGKILL');
      await waitFor('the step to end', async () => (await sleepers()).length === 0, patient);
      await waitFor('its container to go', async () => (await containers()) === left, patient);
      await nothingIsLeft();
    });

    /** Also of builds. */
    const containers = (): Promise<string> =>
      says('ps', '--all', '--quiet', ...(kind === 'podman' ? ['--external'] : []));

    async function sleepers(): Promise<number[]> {
      const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
      const sleeping = await Promise.all(
        pids.map(async pid => {
          const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
          return words.startsWith(`sleep\0${sleepingFor}`) ? [Number(pid)] : [];
        }),
      );
      return sleeping.flat();
    }

    it('is not reproduced where nothing is possible: said with what helps, and nothing is left', async () => {
      await says('rmi', '--force', base);
      assert.equal((await manifest(base, await digestOf(base), 'DELETE')).status, 202);
      const cases: readonly [LaunchedRun, string, RegExp][] = [
        [bare, 'image-gone', /docker load.*--env host/s],
        [orphan, 'image-not-rebuilt', /docker load.*--env host/s],
      ];
      for (const [run, code, mend] of cases) {
        const refused = await reproduced(run);
        assert.deepEqual([refused.code, refused.error?.code], [3, code], JSON.stringify(refused));
        assert.match(refused.error?.mend ?? '', mend);
      }
    });

    it('is reproduced on this machine where that was said, and never called identical for it', async () => {
      const { code, verdict } = await reproduced(original, '--env', 'host');
      assert.deepEqual([code, verdict.verdict], [0, 'within-tolerance'], JSON.stringify(verdict));
      assert.ok(verdict.caps.includes('it ran on the host, not in the container of the original'));
    });
  });

/** Podman takes no registry for one without encryption unless its service is told, which has no other way to be told. */
async function trustingPodman(
  context: Mocha.Context,
  address: string,
  ends: (() => Promise<unknown>)[],
): Promise<TestEngine> {
  const engine = await podman(context);
  const folder = await temporaryFolder();
  const settings = join(folder.path, 'registries.conf');
  await writeFile(settings, `[[registry]]\nlocation = "${address}"\ninsecure = true\n`);
  const socket = join(folder.path, 'api.sock');
  const environment = { CONTAINERS_REGISTRIES_CONF: settings };
  const service = spawn(engine.program, ['system', 'service', '--time=0', `unix://${socket}`], {
    ...{ stdio: 'ignore', env: { ...process.env, ...environment } },
  });
  const gone = once(service, 'exit');
  ends.push(async () => {
    service.kill('SIGKILL');
    await gone;
    await folder[Symbol.asyncDispose]();
  });
  await waitFor('Podman to serve its API', () => socketAnswers(socket));
  return { ...engine, endpoint: `unix://${socket}`, environment };
}
