/** Importing a million points, against reading the same with the tools that keep them. */
import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { measure, ratios } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

interface Told {
  readonly ms: number;
  readonly points: number;
  readonly bytes: number;
}

const metrics = 20;
const steps = Number(process.env['LOCKSTEP_BENCH_POINTS'] ?? 1_000_000) / metrics;
const points = metrics * steps;
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 5);
/** MLflow takes minutes for a round of its database: leave it out to see the others. */
const kinds = (process.env['LOCKSTEP_BENCH_KINDS'] ?? 'mlruns mlflow.db tensorboard').split(' ');

await using folder = await temporaryFolder('lockstep bench');
const env = scrubbedEnvironment(folder.path, { MLFLOW_DISABLE_TELEMETRY: 'true' });
const mlflow = await pythonPeer('mlflow', console.log);
const tensorboard = await pythonPeer('tensorboard', console.log);

const mlruns = join(folder.path, 'mlruns');
const database = join(folder.path, 'mlflow.db');
const logdir = join(folder.path, 'logs');
const eventFile = join(logdir, 'events.out.tfevents.1790000000.host.1.0');
const fill = (uri: string): Promise<string> =>
  run(mlflow.python, [harness('fillMlflowStore.py'), uri, String(metrics), String(steps)]);
const history = (uri: string, id: string) => (): Promise<Told> =>
  told(mlflow.python, [harness('readMlflowHistory.py'), uri, id, String(metrics)]);

const inFiles = await fill(`file:${mlruns}`);
const inDatabase = kinds.includes('mlflow.db') ? await fill(`sqlite:///${database}`) : '';
await mkdir(logdir);
await run(tensorboard.python, [harness('writeEventFile.py'), eventFile, String(points), 'plain']);

const sources = [
  {
    kind: 'mlruns',
    path: mlruns,
    peer: `${mlflow.title}, get_metric_history`,
    read: history(`file:${mlruns}`, inFiles),
  },
  {
    kind: 'mlflow.db',
    path: database,
    peer: `${mlflow.title}, get_metric_history`,
    read: history(`sqlite:///${database}`, inDatabase),
  },
  {
    kind: 'tensorboard',
    path: logdir,
    peer: `${tensorboard.title}, EventAccumulator`,
    read: () => told(tensorboard.python, [harness('readEventFile.py'), eventFile]),
  },
];

const rows: string[][] = [];
for (const { kind, path, peer, read } of sources.filter(source => kinds.includes(source.kind))) {
  const store = join(folder.path, '.lockstep');
  const memory = new Map<string, number>();
  const side = (name: string, act: () => Promise<Told>) => ({
    name,
    act: async (): Promise<number> => {
      const outcome = await act();
      assert.equal(outcome.points, points);
      memory.set(name, outcome.bytes);
      return outcome.ms;
    },
  });
  const measured = await measure(
    [
      side('Lockstep, import', async () => {
        await rm(store, { recursive: true, force: true });
        return told(process.execPath, [harness('importChild.ts'), kind, path, folder.path, store]);
      }),
      side(peer, read),
    ],
    rounds,
    0,
  );
  const [ours] = measured;
  assert.ok(ours);
  rows.push([`**${kind}**`, '', '', '', '']);
  for (const one of measured)
    rows.push([
      one.name,
      formatSpread(one.spread, 'ms', 0),
      Math.round(points / (one.spread.median / 1000)).toLocaleString('en'),
      one === ours ? '' : formatSpread(ratios(one, ours), '×', 1),
      `${((memory.get(one.name) ?? Number.NaN) / 1024 ** 2).toFixed(0)} MiB`,
    ]);
}

await writeTable({
  topic: 'import',
  title: 'Importing a million points',
  method:
    `One run with ${metrics} metrics of ${steps.toLocaleString('en')} points each. Lockstep reads the source and writes a whole record ` +
    '(metric log, summaries, plan, result) into an empty store; the other side only reads the same points into its own objects. ' +
    'Each starts in a fresh process; the time is that of the work alone, without start and imports. The page cache is warm; the ' +
    `sides take turns; each cell is the median (minimum–maximum) of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ratios are taken round by round.`,
  columns: ['what', 'time', 'points a second', 'takes', 'memory at its peak'],
  rows,
});

function harness(file: string): string {
  return join(projectRoot, 'bench', 'harness', file);
}

async function told(program: string, args: readonly string[]): Promise<Told> {
  return JSON.parse(await run(program, args)) as Told;
}

/** The last line that it prints. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand({ program, args, env, timeoutMs: 30 * 60_000 });
  assert.equal(exitCode, 0, stderr);
  return stdout.toString('utf8').trim().split('\n').at(-1) ?? '';
}
