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
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import { runPaths } from '../../src/runs/runPaths.ts';
import type { Verdict } from '../../src/runs/verdict.ts';
import { socketAnswers } from '../../scripts/provision/containers/dockerDaemon.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { engineOf } from '../helpers/containers/devcontainerProject.ts';
import { engineSays } from '../helpers/containers/engineCommand.ts';
import { insideProject, type InsideProject } from '../helpers/containers/insideProject.ts';
import { docker, podman, registry, type TestEngine } from '../helpers/containers/testEngine.ts';
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

for (const kind of ['docker', 'podman'] as const)
  describe(`a run whose image goes away: ${kind}`, function () {
    this.timeout(240_000);
    const ends: (() => Promise<unknown>)[] = [];
    let engine: TestEngine;
    let project: InsideProject;
    let base: string;
    let own: string;
    let digest: string;
    let image: string;
    let bare: LaunchedRun;
    let original: LaunchedRun;

    before(async function () {
      engine = kind === 'docker' ? docker(this) : await trustingPodman(this, ends);
      const address = registry(this);
      base = `${address}/restore-${kind}/base:1`;
      own = `${address}/restore-${kind}/own:1`;
      await says('tag', await baseImage(engine), base);
      const dockerfile = `FROM ${base}\nLABEL lockstep.test=${randomUUID()}\n`;
      await build(dockerfile, own);
      await says('push', ...(kind === 'podman' ? ['--tls-verify=false'] : []), own);
      // As a person has it: from the registry, under the registry's name for it.
      await says('rmi', '--force', own);
      await says('pull', ...(kind === 'podman' ? ['--tls-verify=false'] : []), own);
      image = await says('image', 'inspect', '--format', '{{.Id}}', own);
      digest =
        (await says('image', 'inspect', '--format', '{{index .RepoDigests 0}}', own)).split('@')[1] ?? '';
      project = await insideProject(engine, { '.gitignore': 'data.txt\nmodel.txt\n' }, [], {}, own);
      ends.push(async () => project[Symbol.asyncDispose]());
      await project.write({ 'data.txt': 'the data', 'exp.py': program(project.root) });
      bare = await finished();
      await project.repository.write({
        '.devcontainer/devcontainer.json': JSON.stringify({ build: { dockerfile: 'Dockerfile' } }),
        '.devcontainer/Dockerfile': dockerfile,
      });
      await lockContainer({
        ...{ root: project.root, engine: engineOf(engine), variables: project.environment },
        ...{ cacheFolder: join(project.repository.home, 'cache'), toolVersion: '0.0.0-test', offline: true },
      });
      await project.repository.commit('a devcontainer');
      original = await finished();
      await project.repository.write({ 'private.txt': 'not pushed\n' });
      await project.repository.commit('private');
      await says('rm', '--force', project.container);
    });

    after(async () => {
      for (const end of ends.reverse()) await end();
    });

    const says = (...words: string[]): Promise<string> => engineSays(engine, words);

    async function build(dockerfile: string, name: string): Promise<void> {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, 'Dockerfile'), dockerfile);
      await says('build', '--quiet', '--network', 'none', '--tag', name, folder.path);
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
    ): Promise<{ code: number | null; verdict: Verdict; error?: { code: string; mend?: string } }> {
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

    it('is reproduced in the very image, pulled by its digest', async () => {
      await removeImage();
      assert.equal(await isHere(), false);
      const { code, verdict } = await reproduced(original);
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
        // Of the repository: the commit that ran, its folders and files. Of the workspace: the folder of its own record.
        assert.deepEqual(seen, { commits: 1, refs: [], workspace: ['.git'], git: ['lockstep'] });
        const words = ['ls-tree', '-r', '-t', '--name-only', 'HEAD~1'];
        assert.equal(objects, (await project.repository.git(...words)).split('\n').length + 2);
      } finally {
        await writeFile(path, plan);
        await rm(shared);
      }
    });

    it('is reproduced without a cap in an image built again that is the locked one, file by file', async () => {
      await removeImage();
      const [address = '', ...name] = own.replace(/:1$/, '').split('/');
      const gone = await fetch(`http://${address}/v2/${name.join('/')}/manifests/${digest}`, {
        method: 'DELETE',
      });
      assert.equal(gone.status, 202);
      const { code, verdict } = await reproduced(original);
      assert.deepEqual([code, verdict.verdict, verdict.caps], [0, 'identical', []], JSON.stringify(verdict));
      assert.equal(await isHere(), false);
    });

    it('is capped by the name of each package that an image built again has otherwise', async () => {
      await build(`FROM ${base}\nRUN dpkg --force-all --purge procps\n`, base);
      const { code, verdict } = await reproduced(original);
      assert.deepEqual([code, verdict.verdict], [0, 'within-tolerance'], JSON.stringify(verdict));
      const [rebuilt, ...others] = verdict.caps;
      assert.equal(rebuilt, 'the image was rebuilt from the devcontainer of the code');
      assert.match(others.join('\n'), /^its rebuilt image: procps \S+ → \(not installed\)$/);
    });

    it('is not reproduced where nothing is possible: said with what helps, and nothing is left', async () => {
      await says('rmi', '--force', base);
      const cases: readonly [LaunchedRun, string, RegExp][] = [
        [bare, 'image-gone', /docker load.*--env host/s],
        [original, 'image-not-rebuilt', /docker load.*--env host/s],
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
async function trustingPodman(context: Mocha.Context, ends: (() => Promise<unknown>)[]): Promise<TestEngine> {
  const engine = await podman(context);
  const folder = await temporaryFolder();
  const settings = join(folder.path, 'registries.conf');
  await writeFile(settings, `[[registry]]\nlocation = "${registry(context)}"\ninsecure = true\n`);
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
