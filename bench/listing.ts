/** Listing ten thousand runs, without and with the index, against MLflow's search; and what watching them costs. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../src/base/runCommand.ts';
import { runIndexPath } from '../src/runs/runIndexFormat.ts';
import { projectRoot } from '../scripts/projectRoot.ts';
import { pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { benchRuns, fillRunStore } from './harness/fillRunStore.ts';
import { measure, ratios, spreadOf, type Measured } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const runCount = 10_000;
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 7);
const searchAll = `
import sys, time, mlflow
start = time.perf_counter()
runs = mlflow.search_runs(experiment_ids=["0"], max_results=${runCount}, output_format="list")
print(len(runs), (time.perf_counter() - start) * 1000)
`;

await using folder = await temporaryFolder('lockstep bench');
const env = scrubbedEnvironment(folder.path);
const project = join(folder.path, 'project');
const store = join(project, '.lockstep');
const peer = join(folder.path, 'mlflow');
await mkdir(store, { recursive: true });
await mkdir(peer);
const runs = benchRuns(runCount);
fillRunStore(store, runs);

const { python, title } = await pythonPeer('mlflow', console.log);
await run(python, [join(projectRoot, 'bench', 'harness', 'fillMlflow.py')], peer, JSON.stringify(runs));

const searchTimes: number[] = [];
const cli = join(projectRoot, 'dist', 'cli.cjs');
const [bare, without, withIndex, newest, mlflow] = await measure(
  [
    { name: 'node alone', act: () => run(process.execPath, ['-e', '0'], project) },
    {
      name: 'without',
      act: async () => {
        await rm(join(runIndexPath(store), '..'), { recursive: true, force: true });
        const start = performance.now();
        await listAll();
        return performance.now() - start;
      },
    },
    { name: 'with', act: listAll },
    { name: 'newest 20', act: () => run(process.execPath, [cli, 'runs', '--limit', '20'], project) },
    {
      name: 'mlflow',
      act: async () => {
        const [count, ms] = (await run(python, ['-c', searchAll], peer)).trim().split(' ').map(Number);
        assert.equal(count, runCount);
        searchTimes.push(ms ?? Number.NaN);
      },
    },
  ],
  rounds,
);
assert.ok(bare && without && withIndex && newest && mlflow);
assert.ok(existsSync(runIndexPath(store)));
// The warm-up round is not counted.
const search: Measured = {
  name: 'search',
  values: searchTimes.slice(1),
  spread: spreadOf(searchTimes.slice(1)),
};

const inside: Record<string, Measured[]> = {};
for (const kind of ['without', 'with'] as const) {
  const stretches: number[] = [];
  const [times] = await measure(
    [
      {
        name: kind,
        act: async () => {
          if (kind === 'without') await rm(join(runIndexPath(store), '..'), { recursive: true, force: true });
          const told = await child('list');
          stretches.push(told['longestStretchMs'] ?? Number.NaN);
          return told['ms'];
        },
      },
    ],
    rounds,
    0,
  );
  assert.ok(times);
  inside[kind] = [times, { name: 'stretch', values: stretches, spread: spreadOf(stretches) }];
}
const watch = await child('watch');
const watchAll = await child('watch-all');

const ms = (measured: Measured | undefined): string =>
  measured ? formatSpread(measured.spread, 'ms', 0) : '–';
const times = (a: Measured, b: Measured): string => formatSpread(ratios(a, b), '×', 1);
const mebibytes = (bytes = 0): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
const [callWithout, stretchWithout] = inside['without'] ?? [];
const [callWith, stretchWith] = inside['with'] ?? [];
await writeTable({
  topic: 'listing',
  title: `Listing ${runCount.toLocaleString('en')} runs`,
  method:
    `The same ${runCount.toLocaleString('en')} runs (5 parameters, 4 metrics each) in a store of ours and in the default ` +
    `store (SQLite) of ${title}. Whole process: \`lockstep runs --json\` (the bundle; every run printed, ` +
    'to a pipe) against a Python script that imports MLflow and calls `search_runs` for all of them. ' +
    'Call alone: inside a process that has started. The page cache is warm; the sides take turns; each cell is the ' +
    `median (minimum–maximum) of ${rounds} rounds, ratios are taken round by round.`,
  columns: ['what', 'time', 'MLflow takes', 'aim'],
  rows: [
    ['start of Node alone', ms(bare), '', ''],
    ['whole process, without the index', ms(without), times(mlflow, without), '1,000 ms'],
    ['whole process, with the index', ms(withIndex), times(mlflow, withIndex), '150 ms'],
    ['whole process, `runs --limit 20`, with the index', ms(newest), times(mlflow, newest), ''],
    ['MLflow, whole process', ms(mlflow), '', ''],
    ['call alone, without the index', ms(callWithout), callWithout ? times(search, callWithout) : '', ''],
    ['call alone, with the index', ms(callWith), callWith ? times(search, callWith) : '', ''],
    ['MLflow, call alone', ms(search), '', ''],
    ['longest hold of the event loop, without the index', ms(stretchWithout), '', '50 ms'],
    ['longest hold of the event loop, with the index', ms(stretchWith), '', '50 ms'],
    ['start of the watch (`changes/` alone)', `${(watch['ms'] ?? 0).toFixed(0)} ms`, '', ''],
    ['memory of the watch', mebibytes(watch['bytes']), '', ''],
    ['for comparison, watching `runs/` itself: start', `${(watchAll['ms'] ?? 0).toFixed(0)} ms`, '', ''],
    ['for comparison, watching `runs/` itself: memory', mebibytes(watchAll['bytes']), '', ''],
  ],
  findings:
    'The start of Node alone tells how busy the machine was: the aims are for an idle one, where it takes about 50 ms. ' +
    'Ratios hold either way, because the sides took turns.',
});

function listAll(): Promise<string> {
  return run(process.execPath, [cli, 'runs', '--json'], project);
}

async function child(act: string): Promise<Record<string, number>> {
  const script = join(projectRoot, 'bench', 'harness', 'listingChild.ts');
  return JSON.parse(await run(process.execPath, [script, act, store], project)) as Record<string, number>;
}

async function run(program: string, args: readonly string[], cwd: string, input?: string): Promise<string> {
  const outcome = await runCommand({ program, args, cwd, env, ...(input === undefined ? {} : { input }) });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return outcome.stdout.toString('utf8');
}
