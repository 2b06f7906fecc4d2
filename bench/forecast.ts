/**
 * How long somebody waits for a forecast, for the sample and for a large repository with much pinned data, and what a look
 * at the health of twenty runs costs. `LOCKSTEP_BENCH_FILES`, `LOCKSTEP_BENCH_DATA` (MB) and `LOCKSTEP_BENCH_ROUNDS` make
 * it smaller.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { forecastReproduction } from '../src/reproduction/forecast/forecastReproduction.ts';
import { checkHealthOfRuns } from '../src/reproduction/health/checkHealth.ts';
import { RunStore } from '../src/runs/runStore.ts';
import { measure, type Side } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const files = Number(process.env['LOCKSTEP_BENCH_FILES'] ?? 50_000);
const megabytes = Number(process.env['LOCKSTEP_BENCH_DATA'] ?? 2_000);
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 9);
const starred = 20;

const loadBefore = loadavg()[0] ?? 0;
const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-forecast-'));
const environment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: folder,
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
};
const cli = join(projectRoot, 'dist', 'cli.cjs');

try {
  const sample = join(folder, 'sample');
  await cp(join(projectRoot, 'samples', 'digits'), sample, { recursive: true });
  await commitAll(sample);
  await lockstep(sample, 'run', '--', 'python3', 'train.py', '--epochs', '1');

  const large = join(folder, 'large');
  await makeLarge(large);
  await lockstep(large, 'run', '--', 'python3', 'train.py');
  for (let run = 1; run < starred; run += 1) await lockstep(large, 'run', '--', 'python3', 'small.py');

  const rows: string[][] = [];
  const slowest: string[] = [];
  for (const [what, root, run] of [
    ['the sample', sample, '@1'],
    [`${files.toLocaleString('en-US')} files, ${megabytes / 1000} GB pinned`, large, `@${starred}`],
  ] as const) {
    const sides: Side[] = [
      { name: 'the forecast alone', act: () => forecast(root, run) },
      { name: '`lockstep reproduce --forecast`', act: () => command(root, run) },
    ];
    for (const one of await measure(sides, rounds)) {
      rows.push([`${one.name}, ${what}`, formatSpread(one.spread, 'ms', 0), 'under 1,000 ms']);
      if (one.spread.median >= 1000) slowest.push(`${one.name} for ${what}`);
    }
  }
  const [health] = await measure([{ name: 'health', act: () => healthOf(large) }], rounds);
  assert.ok(health !== undefined);
  rows.push([
    `the health of ${starred} runs of the large repository`,
    formatSpread(health.spread, 'ms', 0),
    '',
  ]);
  await writeTable({
    topic: 'forecast',
    title: 'What a forecast costs',
    method: `The sample as it is, and a repository of ${files} files of 4 kB with a pinned folder of ${megabytes} files of 1 MB that the run read, its remote a folder. Nothing is fetched; the remote is asked only for the health. Times in the table are medians of ${rounds} rounds, with the fastest and the slowest; load of the machine ${loadBefore.toFixed(1)} before, ${availableParallelism()} cores.`,
    columns: ['what', 'time', 'aim'],
    rows,
    findings: slowest.length === 0 ? 'Every aim is met.' : `Aims that were missed: ${slowest.join(', ')}.`,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function forecast(root: string, run: string): Promise<number> {
  const runs = new RunStore(join(root, '.git', 'lockstep'));
  const original = await runs.read(await runs.resolve(run));
  const start = performance.now();
  const made = await forecastReproduction({ original, store: runs.store, root, variables: environment });
  const took = performance.now() - start;
  assert.deepEqual(made.blockers, []);
  return took;
}

async function command(root: string, run: string): Promise<void> {
  await lockstep(root, 'reproduce', run, '--forecast', '--json');
}

async function healthOf(root: string): Promise<number> {
  const runs = new RunStore(join(root, '.git', 'lockstep'));
  const originals = await Promise.all((await runs.list()).map(({ id }) => runs.read(id)));
  assert.equal(originals.length, starred);
  const start = performance.now();
  await checkHealthOfRuns({ originals, store: runs.store, root, variables: environment });
  return performance.now() - start;
}

async function makeLarge(root: string): Promise<void> {
  const perFolder = 100;
  for (let at = 0; at < files; at += perFolder) {
    const below = join(root, 'src', String(at / perFolder));
    await mkdir(below, { recursive: true });
    await Promise.all(
      Array.from({ length: perFolder }, (_, index) =>
        writeFile(join(below, `${index}.txt`), `${at + index}\n`.repeat(4096).slice(0, 4096)),
      ),
    );
  }
  await mkdir(join(root, 'data'), { recursive: true });
  for (let index = 0; index < megabytes; index += 1) {
    const file = await open(join(root, 'data', `${index}.bin`), 'w');
    await file.write(String(index));
    await file.truncate(1_000_000);
    await file.close();
  }
  await writeFile(
    join(root, 'train.py'),
    "import os\nfor name in os.listdir('data'): open(os.path.join('data', name), 'rb').read(10)\n",
  );
  await writeFile(join(root, 'small.py'), "open('data/0.bin', 'rb').read(10)\n");
  await git(root, 'init', '--quiet');
  await lockstep(root, 'data', 'add', 'data');
  const remote = join(folder, 'remote');
  await mkdir(remote);
  await writeFile(
    join(root, '.dvc', 'config'),
    `[core]\n    remote = here\n['remote "here"']\n    url = ${remote}\n`,
  );
  await commitAll(root);
  await git(root, 'gc', '--quiet');
}

async function commitAll(root: string): Promise<void> {
  await git(root, 'init', '--quiet');
  await git(root, 'add', '--all');
  const who = ['-c', 'gc.auto=0', '-c', 'user.name=Bench', '-c', 'user.email=bench@lockstep.invalid'];
  await git(root, ...who, 'commit', '--quiet', '--message', 'Files');
}

async function git(root: string, ...args: string[]): Promise<void> {
  await run(root, 'git', ...args);
}

async function lockstep(root: string, ...words: string[]): Promise<void> {
  await run(root, process.execPath, cli, ...words);
}

async function run(cwd: string, program: string, ...args: string[]): Promise<void> {
  const outcome = await runCommand({ program, args, cwd, env: environment });
  assert.equal(outcome.exitCode, 0, `${program} ${args.join(' ')}\n${outcome.stderr}`);
}
