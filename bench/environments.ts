/** What it costs to look at a devcontainer's lock, tier by tier, and to bring up one that is there already. */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { startEngines } from '../scripts/provision/containers/startEngines.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { lockstepCacheFolder } from '../src/base/lockstepCacheFolder.ts';
import { findEngine } from '../src/environments/engine/findEngine.ts';
import { tiers, verifyContainer } from '../src/environments/lock/container/verifyContainer.ts';
import { verifyAtStart } from '../src/environments/lock/container/verifyAtStart.ts';
import { lockPath } from '../src/environments/lock/lockPaths.ts';
import { readLock } from '../src/environments/lock/readLock.ts';
import { baseImage } from '../test/helpers/containers/baseImage.ts';
import { builtConfig } from '../test/helpers/containers/devcontainerProject.ts';
import { engineSays } from '../test/helpers/containers/engineCommand.ts';
import { startedEngines } from '../test/helpers/containers/startedEngines.ts';
import type { TestEngine } from '../test/helpers/containers/testEngine.ts';
import { cliProject } from '../test/helpers/lockstepCli.ts';
import { measure, ratios, type Side } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 15);
const aimMs = 500;
const aimRatio = 1.2;
const devcontainer = join(projectRoot, 'node_modules', '@devcontainers', 'cli', 'devcontainer.js');

const rowNames: Readonly<Record<string, string>> = {
  files: 'verify: files',
  container: 'verify: and container',
  packages: 'verify: and packages',
  registry: 'verify: and registry',
  'start of a run': 'verify at the start of a run',
  command: '`lockstep env verify`, the whole command',
};

const provided = startedEngines() === undefined ? await startEngines(console.log) : undefined;
try {
  if (provided !== undefined) process.env['LOCKSTEP_TEST_ENGINES'] = provided.file;
  const { docker, registry } = startedEngines() ?? {};
  assert.ok(docker && registry, 'There is no Docker engine with a registry to measure with.');
  const { endpoint, program } = docker;
  const engine: TestEngine = {
    ...{ kind: 'docker', endpoint, program, environment: { DOCKER_HOST: endpoint }, private: docker.private },
  };
  const base = `${registry.address}/bench/base:1`;
  await engineSays(engine, ['tag', await baseImage(engine), base]);
  await engineSays(engine, ['push', base]);
  const sources = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`src/part${index}.py`, `value = ${index}\n`.repeat(200)]),
  );
  await using project = await cliProject({
    ...sources,
    '.devcontainer/devcontainer.json': builtConfig({
      build: { dockerfile: 'Dockerfile', context: '..', options: ['--network=none'] },
      remoteUser: 'root',
    }),
    '.devcontainer/Dockerfile': `FROM ${base}\nCOPY src /opt/src\n`,
  });
  const { root } = project;
  const variables: NodeJS.ProcessEnv = { ...project.environment, DOCKER_HOST: endpoint };
  const run = async (command: string, ...args: string[]): Promise<void> => {
    const outcome = await runCommand({
      program: command,
      args,
      cwd: root,
      env: variables,
      timeoutMs: 300_000,
    });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
  };
  const cli = join(projectRoot, 'dist', 'cli.cjs');
  const lockstep = (...words: string[]): Promise<void> => run(process.execPath, cli, 'env', ...words);
  const cacheFolder = lockstepCacheFolder(variables);
  await mkdir(cacheFolder, { recursive: true });
  await lockstep('up');
  await lockstep('lock');

  const lock = await readLock(lockPath(root, 'devcontainer'));
  assert.ok(lock?.lock.container);
  const { engine: found } = await findEngine({ settings: {}, variables });
  assert.ok(found);
  const [container = ''] = (
    await engineSays(engine, [
      'ps',
      '--quiet',
      '--no-trunc',
      '--filter',
      `label=devcontainer.local_folder=${root}`,
    ])
  ).split('\n');
  const verified: Side[] = tiers.map(upTo => ({
    name: upTo,
    act: async () => {
      const report = await verifyContainer({
        ...{ lock, root, cacheFolder, variables, upTo },
        engine: () => Promise.resolve({ engine: found }),
      });
      assert.equal(report.verdict, 'clean', JSON.stringify(report));
    },
  }));
  const start: Side = {
    name: 'start of a run',
    act: () => verifyAtStart(root, { engine: found, container, cacheFolder, budgetMs: 60_000 }),
  };
  const command: Side = { name: 'command', act: () => lockstep('verify') };
  const looks = await measure([...verified, start, command], rounds);

  try {
    const [theirs, ours] = await measure(
      [
        {
          name: 'devcontainer up',
          act: () =>
            run(process.execPath, devcontainer, 'up', '--workspace-folder', root, '--docker-path', program),
        },
        { name: 'lockstep env up', act: () => lockstep('up') },
      ],
      rounds,
    );
    assert.ok(theirs && ours);
    const ratio = ratios(ours, theirs);
    const ms = (one: (typeof looks)[number]): string => formatSpread(one.spread, 'ms', 0);
    const packages = looks.find(one => one.name === 'packages')?.spread.median ?? Number.NaN;
    const debian = lock.lock.container.dpkg?.length ?? 0;
    const size = Math.round((await readFile(lock.path)).length / 1024);
    await writeTable({
      topic: 'environments',
      title: 'What a devcontainer costs that is there already',
      method:
        `A container of Debian with Python on a private Docker engine, 200 files in its build context, ${debian} Debian packages, a lock of ${size} KiB; ` +
        `${rounds} rounds in which the sides take turns. A tier is looked at with all that are cheaper; nothing had changed.`,
      columns: ['what', 'time'],
      rows: [
        ...looks.map(one => [rowNames[one.name] ?? one.name, ms(one)]),
        ['`devcontainer up` of a container that runs', ms(theirs)],
        ['`lockstep env up` of the same', `${ms(ours)}, ${formatSpread(ratio, '×', 2)}`],
      ],
      findings:
        `Aim: nothing has changed is told in less than ${aimMs} ms at the median. ${packages < aimMs ? 'Met' : 'Missed'}: ${packages.toFixed(0)} ms with the packages. ` +
        `Aim: \`env up\` takes at most ${aimRatio} times as long. ${ratio.median <= aimRatio ? 'Met' : 'Missed'}: ${ratio.median.toFixed(2)} times.`,
    });
  } finally {
    await engineSays(engine, ['rm', '--force', container]);
  }
} finally {
  await provided?.stop();
}
