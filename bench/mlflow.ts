/** Calls a second of MLflow's Python client, into a run of Lockstep and into MLflow's own server with its default store. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { waitFor } from '../test/helpers/waitFor.ts';
import { spreadOf } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

type Told = Record<'log_metric' | 'log_metrics' | 'log_param' | 'log_batch', number>;

const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 5);
const calls: readonly [keyof Told, string][] = [
  ['log_metric', 'log_metric: one point'],
  ['log_metrics', 'log_metrics: ten points'],
  ['log_param', 'log_param'],
  ['log_batch', 'log_batch: a thousand points'],
];
const script = join(projectRoot, 'bench', 'harness', 'callMlflow.py');

await using folder = await temporaryFolder('lockstep bench');
const peer = await pythonPeer('mlflow', console.log);
const env = { ...scrubbedEnvironment(folder.path), MLFLOW_DISABLE_TELEMETRY: 'true' };
const project = join(folder.path, 'project');
const served = join(folder.path, 'served');
await mkdir(project);
await mkdir(served);
await using server = await mlflowServer();

const ours: Told[] = [];
const theirs: Told[] = [];
for (let round = -1; round < rounds; round++) {
  const mine = await calling(
    [process.execPath, join(projectRoot, 'dist', 'cli.cjs'), 'run', '--', peer.python],
    {},
  );
  const other = await calling([peer.python], { MLFLOW_TRACKING_URI: server.uri });
  if (round < 0) continue;
  ours.push(mine);
  theirs.push(other);
}

const factors = calls.map(([call]) =>
  spreadOf(ours.map((told, round) => told[call] / (theirs[round]?.[call] ?? Number.NaN))),
);
const least = Math.min(...factors.map(({ median }) => median));
await writeTable({
  topic: 'mlflow',
  title: 'MLflow calls',
  method:
    `The same Python client (${peer.title}) calls into a run of Lockstep and into \`mlflow server\` as it starts by itself ` +
    `(SQLite), one process, one call after the other, in ${rounds} rounds in which the sides take turns: calls a second, median ` +
    '(minimum–maximum), and how many times as many Lockstep answers in the same round. Most of the time of a call into ' +
    'Lockstep is the client’s own.',
  columns: ['call', 'Lockstep', 'mlflow server', 'times as many', 'aim'],
  rows: calls.map(([call, title], index) => [
    title,
    perSecond(ours.map(told => told[call])),
    perSecond(theirs.map(told => told[call])),
    formatSpread(factors[index] ?? spreadOf([]), '×'),
    '5 ×',
  ]),
  findings:
    least >= 5
      ? `At least ${least.toFixed(1)} times as many calls in every row.`
      : `The aim of 5 times is missed where it says less; the least is ${least.toFixed(1)} times.`,
});

function perSecond(values: readonly number[]): string {
  return formatSpread(spreadOf(values), '/s', 0);
}

async function calling(command: readonly [string, ...string[]], more: Record<string, string>): Promise<Told> {
  const told = join(folder.path, 'told.json');
  const [program, ...words] = command;
  const args = [...words, script, told];
  const { exitCode, stderr } = await runCommand({ program, args, cwd: project, env: { ...env, ...more } });
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(await readFile(told, 'utf8')) as Told;
}

async function mlflowServer(): Promise<{ uri: string } & AsyncDisposable> {
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port)];
  const child = spawn(peer.python, args, { cwd: served, env, stdio: 'ignore', detached: true });
  const stop = async (): Promise<void> => {
    const gone = once(child, 'exit');
    // The server starts workers; they are of its process group.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await gone;
  };
  try {
    const isHealthy = async (): Promise<boolean> => (await fetch(`${uri}/health`)).ok;
    await waitFor('the server of MLflow', isHealthy, { deadlineMs: 400_000, everyMs: 200 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { uri, [Symbol.asyncDispose]: stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
