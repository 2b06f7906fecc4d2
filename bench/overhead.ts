/**
 * What `lockstep run` adds to a command: until the command starts, and in all; against the bare command and against
 * `dvc exp run` of the same one-stage pipeline. And a hundred runs started at once.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { followRun } from '../src/execution/followRun.ts';
import { runPathsIn } from '../src/runs/runPaths.ts';
import { gitRepository } from '../test/helpers/gitRepository.ts';
import type { GitRepository } from '../test/helpers/gitRepository.ts';
import { measure, ratios, spreadOf } from './harness/measure.ts';
import type { Measured, Side, Spread } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 15);
const atOnce = 100;

const cli = join(projectRoot, 'dist', 'cli.cjs');
const dvc = await pythonPeer('dvc', console.log);
await using repository = await sampleRepository();
const environment = { ...repository.environment, DVC_NO_ANALYTICS: '1' };
const dvcEnvironment = {
  ...environment,
  PATH: [dvc.programs, process.env['PATH']].join(delimiter),
  GIT_AUTHOR_NAME: 'A Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.invalid',
  GIT_COMMITTER_NAME: 'A Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.invalid',
};
await run(dvcEnvironment, 'dvc', ['init', '--quiet']);
await writeFile(
  join(repository.root, 'dvc.yaml'),
  'stages:\n  only:\n    cmd: ./started\n    always_changed: true\n',
);
await repository.commit('the pipeline');

const bare = timed('true', () => run(environment, 'true', []));
const lockstepWhole = timed('lockstep run -- true', () => lockstep('run', '--', 'true'));
const [bareTrue, lockstepTrue] = await measure([bare, lockstepWhole], rounds, 2);
const startSides: Side[] = [
  { name: './started', act: () => untilStarted(() => run(environment, './started', [])) },
  { name: 'lockstep run -- ./started', act: () => untilStarted(() => lockstep('run', '--', './started')) },
];
const [bareStart, lockstepStart] = await measure(startSides, rounds, 1);
const [lockstepSame, dvcSame] = await measure(
  [
    timed('lockstep run -- ./started', () => lockstep('run', '--', './started')),
    timed(`dvc exp run (${dvc.title})`, () => run(dvcEnvironment, 'dvc', ['exp', 'run', '--quiet'])),
  ],
  Math.min(rounds, 7),
  1,
);
assert.ok(bareTrue && lockstepTrue && bareStart && lockstepStart && lockstepSame && dvcSame);
const phases = await phasesOfRuns();
const many = await startMany();

const added = difference(lockstepTrue, bareTrue);
const addedStart = difference(lockstepStart, bareStart);
const factor = ratios(dvcSame, lockstepSame);
await writeTable({
  topic: 'overhead',
  title: 'What a recorded run costs',
  method:
    `A repository of 200 files, three of them changed or untracked, ${rounds} rounds in which the sides take turns. ` +
    '`started` is a shell script that writes the time of its start. The phases are those that the supervisor notes in its log, ' +
    'in milliseconds since its own process began.',
  columns: ['what', 'median (min–max)', 'aim'],
  rows: [
    ['true', ms(bareTrue.spread), '–'],
    ['lockstep run -- true', ms(lockstepTrue.spread), '–'],
    ['added until the command starts', ms(addedStart), 'under 250 ms'],
    ['added in all', ms(added), '–'],
    ['lockstep run of a one-stage script', ms(lockstepSame.spread), '–'],
    ['dvc exp run of the same', ms(dvcSame.spread), '–'],
    ['times as long', formatSpread(factor, '×'), 'at least 10 ×'],
    ...phases.map(([name, spread]) => [`phase: ${name}`, ms(spread), '–']),
    [`${atOnce} runs at once: all launched`, `${(many.launchedMs / 1000).toFixed(1)} s`, '–'],
    [`${atOnce} runs at once: all ended`, `${(many.endedMs / 1000).toFixed(1)} s`, '–'],
    [`${atOnce} runs at once: finished`, `${many.finished} of ${atOnce}`, `${atOnce} of ${atOnce}`],
  ],
  findings:
    `The command starts ${addedStart.median.toFixed(0)} ms later than it would alone` +
    `${addedStart.median < 250 ? '' : ', more than the aim of 250 ms'}; dvc takes ${factor.median.toFixed(1)} times as long` +
    `${factor.median < 10 ? ', which misses the aim of 10' : ''}.`,
});

async function sampleRepository(): Promise<GitRepository> {
  const files = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [
      `src/part${index % 20}/file${index}.py`,
      `x = ${index}\n`.repeat(40),
    ]),
  );
  const made = await gitRepository({
    ...files,
    started: '#!/bin/sh\ndate +%s%N > "$0.at"\n',
    '.gitignore': 'started.at\n',
  });
  await chmod(join(made.root, 'started'), 0o755);
  await made.commit('executable');
  await made.write({
    'src/part0/file0.py': 'x = 1\n',
    'src/part1/file1.py': 'x = 2\n',
    'notes.txt': 'untracked\n',
  });
  return made;
}

function timed(name: string, act: () => Promise<void>): Side {
  return { name, act };
}

async function run(env: NodeJS.ProcessEnv, program: string, args: readonly string[]): Promise<void> {
  const outcome = await runCommand({ program, args, cwd: repository.root, env });
  if (outcome.exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${outcome.stderr}`);
}

async function lockstep(...args: string[]): Promise<void> {
  await run(environment, process.execPath, [cli, ...args]);
}

/** Milliseconds from now until the script's first command. */
async function untilStarted(act: () => Promise<void>): Promise<number> {
  const begin = performance.timeOrigin + performance.now();
  await act();
  return Number(await readFile(join(repository.root, 'started.at'), 'utf8')) / 1e6 - begin;
}

function difference(a: Measured, b: Measured): Spread {
  return spreadOf(a.values.map((value, round) => value - (b.values[round] ?? Number.NaN)));
}

function ms(spread: Spread): string {
  return formatSpread(spread, 'ms', 0);
}

/** From the supervisors' logs of all runs made so far. */
async function phasesOfRuns(): Promise<[string, Spread][]> {
  const names = [
    'supervising',
    'known: parameters',
    'known: interpreter',
    'known: code',
    'the plan is written',
    'the command runs',
  ];
  const found = new Map(names.map(name => [name, [] as number[]]));
  for (const dir of await runFolders()) {
    const log = await readFile(runPathsIn(dir).supervisorLog, 'utf8');
    for (const name of names) {
      const at = new RegExp(`\\+(\\d+)ms ${name}`).exec(log)?.[1];
      if (at !== undefined) found.get(name)?.push(Number(at));
    }
  }
  return [...found].map(([name, values]) => [name, spreadOf(values)]);
}

async function runFolders(): Promise<string[]> {
  const runs = join(repository.root, '.git', 'lockstep', 'runs');
  const shards = await readdir(runs);
  return (
    await Promise.all(
      shards.map(async shard => (await readdir(join(runs, shard))).map(id => join(runs, shard, id))),
    )
  ).flat();
}

/** Each by a process of its own. */
async function startMany(): Promise<{ launchedMs: number; endedMs: number; finished: number }> {
  const begin = performance.now();
  const before = new Set(await runFolders());
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const child = spawn(process.execPath, [cli, 'run', '--detach', '--', './started'], {
        cwd: repository.root,
        env: environment,
        stdio: 'ignore',
      });
      await once(child, 'exit');
    }),
  );
  const launchedMs = performance.now() - begin;
  const mine = (await runFolders()).filter(dir => !before.has(dir));
  const ends = await Promise.all(mine.map(dir => followRun(runPathsIn(dir))));
  return {
    launchedMs,
    endedMs: performance.now() - begin,
    finished: ends.filter(end => end.state === 'finished').length,
  };
}
