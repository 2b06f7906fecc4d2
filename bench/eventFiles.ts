/** Reading event files, against TensorBoard's own readers: the one in Python and its data server in Rust. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../src/base/runCommand.ts';
import { projectRoot } from '../scripts/projectRoot.ts';
import { pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { measure, ratios, type Measured } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

interface Told {
  readonly ms: number;
  readonly points: number;
  readonly problems: number;
  /** Memory at its peak; NaN where it cannot be told. */
  readonly bytes: number;
}

const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 7);
const files = [
  { form: 'plain', points: 1_000_000, what: '1,000,000 points as torch writes them' },
  { form: 'tensor', points: 250_000, what: '250,000 points as TensorFlow 2 writes them' },
] as const;

await using folder = await temporaryFolder('lockstep bench');
const env = scrubbedEnvironment(folder.path);
const peer = await pythonPeer('tensorboard', console.log);
const server = await run(peer.python, [
  '-c',
  'import tensorboard_data_server as s; print(s.server_binary())',
]);

const rows: string[][] = [];
for (const { form, points, what } of files) {
  const logdir = join(folder.path, form);
  const path = join(logdir, 'events.out.tfevents.1790000000.host.1.0');
  await mkdir(logdir);
  await run(peer.python, [harness('writeEventFile.py'), path, String(points), form]);
  const size = (await stat(path)).size / 1e6;
  const memory = new Map<string, number>();
  const side = (name: string, read: () => Promise<Told>) => ({
    name,
    act: async (): Promise<number> => {
      const told = await read();
      assert.equal(told.points, points);
      assert.equal(told.problems, 0);
      memory.set(name, told.bytes);
      return told.ms;
    },
  });
  const ours = (...how: readonly string[]): Promise<Told> =>
    child(process.execPath, [harness('readEventFileChild.ts'), path, ...how]);
  const measured = await measure(
    [
      side('Lockstep, into columns', () => ours()),
      side('Lockstep, point by point as during a run', () => ours('live')),
      side('TensorBoard, Rust, every point kept', () =>
        serve(logdir, points, ['--samples-per-plugin', 'scalars=all']),
      ),
      side('TensorBoard, Rust, as it comes (1,000 points a tag, checksums unread)', () =>
        serve(logdir, points, []),
      ),
      side('TensorBoard, Rust, every point kept, checksums verified', () =>
        serve(logdir, points, ['--samples-per-plugin', 'scalars=all', '--checksum']),
      ),
      side('TensorBoard, Python', () => child(peer.python, [harness('readEventFile.py'), path])),
    ],
    rounds,
    0,
  );
  const [columns] = measured;
  assert.ok(columns);
  rows.push([`**${what}** (${size.toFixed(1)} MB)`, '', '', '', '']);
  for (const one of measured) rows.push(row(one, columns, size, memory.get(one.name) ?? Number.NaN));
}

await writeTable({
  topic: 'eventFiles',
  title: 'Reading event files of TensorBoard',
  method:
    `Files of 20 tags, written with the messages and framing of ${peer.title}. Every reader starts in a fresh process and ` +
    'reads the file once; the time is that of the reading alone, as the process itself tells it (the server: its load ' +
    'cycle), without its start and imports, so ours includes the warming up of the compiler. Lockstep reads every point and ' +
    'verifies every checksum. The page cache is warm; the sides take turns; each cell is the median (minimum–maximum) of ' +
    `${rounds} rounds, ratios are taken round by round.`,
  columns: ['reader', 'time', 'MB a second', 'takes', 'memory at its peak'],
  rows,
  findings:
    'Where the machine was busy with other things the times show it; the ratios hold either way, because the sides took turns.',
});

function row(one: Measured, columns: Measured, size: number, bytes: number): string[] {
  return [
    one.name,
    formatSpread(one.spread, 'ms', 0),
    (size / (one.spread.median / 1000)).toFixed(0),
    one === columns ? '' : formatSpread(ratios(one, columns), '×', 1),
    Number.isNaN(bytes) ? '–' : `${(bytes / 1024 ** 2).toFixed(0)} MiB`,
  ];
}

function harness(file: string): string {
  return join(projectRoot, 'bench', 'harness', file);
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand({ program, args, env, timeoutMs: 10 * 60_000 });
  assert.equal(exitCode, 0, stderr);
  return stdout.toString('utf8').trim();
}

async function child(program: string, args: readonly string[]): Promise<Told> {
  return JSON.parse(await run(program, args)) as Told;
}

/** Starts the data server, waits until it has loaded the folder, and ends it by closing its input. */
async function serve(logdir: string, points: number, flags: readonly string[]): Promise<Told> {
  const args = [
    '--logdir',
    logdir,
    '--reload',
    'once',
    '--port',
    '0',
    '--verbose',
    '--die-after-stdin',
    ...flags,
  ];
  const process = spawn(server, args, { stdio: ['pipe', 'ignore', 'pipe'], env });
  const ended = new Promise(resolve => process.once('close', resolve));
  try {
    for await (const line of createInterface({ input: process.stderr })) {
      const found = /Finished load cycle \(([\d.]+)(ms|s|µs)\)/.exec(line);
      if (found === null) continue;
      const unit = { s: 1000, ms: 1, µs: 0.001 }[found[2] ?? ''] ?? Number.NaN;
      return { ms: Number(found[1]) * unit, points, problems: 0, bytes: await peakOf(process.pid) };
    }
    throw new Error('The data server ended without having loaded the folder.');
  } finally {
    process.stdin.end();
    await ended;
  }
}

/** Linux alone tells it of a process that still runs. */
async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
}
