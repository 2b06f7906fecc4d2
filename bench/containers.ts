/** What a recorded run inside a container adds to `docker exec` of the same command, beside what one adds on the host. */
import assert from 'node:assert/strict';
import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { startEngines } from '../scripts/provision/containers/startEngines.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { runPathsIn } from '../src/runs/runPaths.ts';
import { startedEngines } from '../test/helpers/containers/startedEngines.ts';
import { insideProject, workspaceFolder } from '../test/helpers/containers/insideProject.ts';
import { measure, ratios, spreadOf } from './harness/measure.ts';
import type { Measured, Side, Spread } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 15);
const cli = join(projectRoot, 'dist', 'cli.cjs');
const aimMs = 300;

const provided = startedEngines() === undefined ? await startEngines(console.log) : undefined;
try {
  if (provided !== undefined) process.env['LOCKSTEP_TEST_ENGINES'] = provided.file;
  const { docker } = startedEngines() ?? {};
  assert.ok(docker, 'There is no Docker engine to measure with.');
  const { endpoint, program } = docker;
  await using project = await insideProject(
    { kind: 'docker', endpoint, program, environment: { DOCKER_HOST: endpoint }, private: docker.private },
    { started: '#!/bin/sh\ndate +%s%N >began\n', '.gitignore': 'began\n' },
  );
  const { root, environment, container } = project;
  await chmod(join(root, 'started'), 0o755);
  await project.repository.commit('the command');
  const run = async (command: string, ...args: string[]): Promise<void> => {
    const outcome = await runCommand({ program: command, args, cwd: root, env: environment });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
  };
  const exec = (...argv: string[]): Promise<void> =>
    run(program, 'exec', '--workdir', workspaceFolder, container, ...argv);
  const lockstep = (...words: string[]): Promise<void> => run(process.execPath, cli, 'run', ...words);
  /** Milliseconds from the call to the moment that the command itself noted. */
  const untilBegan = async (act: () => Promise<void>): Promise<number> => {
    const from = Date.now();
    await act();
    return Number(BigInt((await readFile(join(root, 'began'), 'utf8')).trim()) / 1_000_000n) - from;
  };

  const ways: readonly [name: string, act: (command: string) => Promise<void>][] = [
    ['docker exec', command => exec(command)],
    ['lockstep run', command => lockstep('--', command)],
    ['lockstep run --env devcontainer', command => lockstep('--env', 'devcontainer', '--', command)],
  ];
  const whole: Side[] = ways.map(([name, act]) => ({ name, act: () => act('./started') }));
  const starts: Side[] = ways.map(([name, act]) => ({ name, act: () => untilBegan(() => act('./started')) }));
  const [execWhole, hostWhole, insideWhole] = await measure(whole, rounds, 2);
  const [execStart, hostStart, insideStart] = await measure(starts, rounds, 1);
  assert.ok(execWhole && hostWhole && insideWhole && execStart && hostStart && insideStart);
  const phases = await phasesOf(join(root, '.git', 'lockstep', 'runs'));
  const added = difference(insideStart, execStart);
  await writeTable({
    topic: 'containers',
    title: 'What a run inside a container costs',
    method:
      `A shell script that notes the time, in a container without network on a private Docker engine, ${rounds} rounds in which ` +
      'the sides take turns. `docker exec` records nothing; `lockstep run` on the host is what recording costs anyway. The last ' +
      'row is what the supervisor noted between its written plan and the running command.',
    columns: [
      'what',
      'docker exec',
      'lockstep run, host',
      'lockstep run, container',
      'container over docker exec',
    ],
    rows: [
      ['until the command starts', ...three(execStart, hostStart, insideStart), ms(added)],
      [
        'in all',
        ...three(execWhole, hostWhole, insideWhole),
        `${ms(difference(insideWhole, execWhole))}, ${formatSpread(ratios(insideWhole, execWhole), '×')}`,
      ],
      ['from the plan to the command', '–', '–', ms(phases), '–'],
    ],
    findings: `Aim: the start is later by less than ${aimMs} ms at the median. ${
      added.median < aimMs ? 'Met.' : `Missed: ${added.median.toFixed(0)} ms.`
    }`,
  });
} finally {
  await provided?.stop();
}

function three(...sides: readonly Measured[]): string[] {
  return sides.map(({ spread }) => ms(spread));
}

function ms(spread: Spread): string {
  return formatSpread(spread, 'ms', 0);
}

function difference(a: Measured, b: Measured): Spread {
  return spreadOf(a.values.map((value, round) => value - (b.values[round] ?? Number.NaN)));
}

/** Of the runs in containers: milliseconds between the two lines of the log. */
async function phasesOf(runs: string): Promise<Spread> {
  const found: number[] = [];
  for (const shard of await readdir(runs))
    for (const id of await readdir(join(runs, shard))) {
      const paths = runPathsIn(join(runs, shard, id));
      const plan = await readFile(paths.plan, 'utf8').catch(() => '');
      const log = await readFile(paths.supervisorLog, 'utf8').catch(() => '');
      const at = (words: RegExp): number => Number(words.exec(log)?.[1]);
      const written = at(/\+(\d+)ms the plan is written/);
      const started = at(/\+(\d+)ms the command runs/);
      if (plan.includes('"devcontainer"') && Number.isFinite(started - written))
        found.push(started - written);
    }
  return spreadOf(found);
}
