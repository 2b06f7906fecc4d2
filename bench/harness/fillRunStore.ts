/** A store of many ended runs such as a month of sweeps leaves behind: every file that a real run has, of real size. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { ulid } from 'ulid';
import { MetricLogWriter } from '../../src/runs/metricLogWriter.ts';
import type { Plan } from '../../src/runs/plan.ts';
import type { Result } from '../../src/runs/result.ts';
import { runPaths, type StorePath } from '../../src/runs/runPaths.ts';

export interface BenchRun {
  readonly name: string;
  readonly startedAt: number;
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

const keys = ['train/loss', 'train/accuracy', 'val/loss', 'val/accuracy'];

/** The same runs for every tool that is measured. */
export function benchRuns(count: number): BenchRun[] {
  const first = Date.UTC(2026, 0, 5, 9);
  return Array.from({ length: count }, (_, index) => ({
    name: `sweep ${Math.floor(index / 50)} trial ${index % 50}`,
    startedAt: first + index * 240_000,
    parameters: {
      lr: 0.001 * (1 + (index % 97)),
      width: 64 << (index % 4),
      seed: index,
      optimizer: index % 3 === 0 ? 'adamw' : 'sgd',
      batch_size: 32,
    },
    metrics: Object.fromEntries(keys.map((key, place) => [key, Math.abs(Math.sin(index * 7.13 + place))])),
  }));
}

/** Writes the runs with folder times as old as the runs. The index is left to whoever lists them first. */
export function fillRunStore(store: StorePath, runs: readonly BenchRun[]): void {
  for (const run of runs) {
    const id = ulid(run.startedAt);
    const paths = runPaths(store, id);
    mkdirSync(paths.dir, { recursive: true });
    const write = (path: string, value: object): void =>
      writeFileSync(path, JSON.stringify(value, null, 1) + '\n');
    write(paths.plan, planOf(id, run));
    write(paths.process, {
      schemaVersion: 1,
      host: 'gpu-box',
      bootId: 'an earlier boot',
      supervisor: { pid: 4242, startTime: '1' },
      child: { pid: 4243, startTime: '2' },
      startedAt: iso(run.startedAt),
    });
    write(paths.captured, capturedRecord);
    write(paths.result, resultOf(run));
    const writer = MetricLogWriter.open(paths.metrics);
    for (const [key, value] of Object.entries(run.metrics))
      writer.append([{ key, step: 99, time: run.startedAt, value }]);
    writer.close();
    writeFileSync(paths.stdout, JSON.stringify({ step: 99, ...run.metrics }) + '\n');
    writeFileSync(paths.stderr, '');
    utimesSync(paths.dir, run.startedAt / 1000, run.startedAt / 1000);
  }
}

function planOf(id: string, run: BenchRun): Plan {
  const argv = ['python', 'train.py'];
  const parameters: Plan['parameters'] = {};
  for (const [key, value] of Object.entries(run.parameters)) {
    argv.push(`--${key}`, String(value));
    parameters[key] = { value, source: 'argument', argvIndex: argv.length - 1 };
  }
  const changed = Array.from({ length: 6 }, (_, index) => ({
    path: `src/model/part${index}.py`,
    status: 'M',
  }));
  return {
    schemaVersion: 1,
    id,
    createdAt: iso(run.startedAt),
    toolVersion: '0.1.0',
    name: run.name,
    tags: ['sweep'],
    host: 'gpu-box',
    root: '/home/someone/project',
    cwd: '',
    argv,
    secretArguments: [],
    stdin: 'empty',
    tty: false,
    environment: { kind: 'host' },
    interpreter: {
      known: 'captured',
      value: { path: '/home/someone/project/.venv/bin/python', version: '3.11.7' },
    },
    code: {
      known: 'captured',
      value: {
        rootCommits: ['a'.repeat(40)],
        remotes: { origin: 'https://example.org/someone/project.git' },
        head: '3f2a91c'.padEnd(40, '0'),
        headCommitText: `tree ${'b'.repeat(40)}\nparent ${'c'.repeat(40)}\n`.repeat(3),
        headTree: 'b'.repeat(40),
        branch: 'main',
        headOnRemote: { known: 'captured', value: true },
        tree: 'd'.repeat(40),
        changed,
        changedCount: changed.length,
        gaps: [],
        submodules: [],
        settings: { 'core.filemode': 'true' },
      },
    },
    parameters,
    seed: { known: 'captured', value: run.parameters['seed'] ?? null },
    variables: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`VARIABLE_${index}`, { keyedHash: 'e'.repeat(64) }]),
    ),
    declaredInputs: [],
    declaredOutputs: [],
    metricLines: false,
  };
}

function resultOf(run: BenchRun): Result {
  return {
    schemaVersion: 1,
    state: 'finished',
    exitCode: 0,
    startedAt: iso(run.startedAt + 200),
    endedAt: iso(run.startedAt + 200_000),
    durationMs: 199_800,
    outputs: [{ path: 'model.json', how: 'seen', size: 1_000_000, sha256: 'f'.repeat(64) }],
    reportedParameters: {},
    metrics: Object.fromEntries(
      Object.entries(run.metrics).map(([key, last]) => [
        key,
        { last, lastStep: 99, min: last / 2, max: last * 2, count: 100 },
      ]),
    ),
    warnings: [],
  };
}

const capturedRecord = {
  schemaVersion: 1,
  hardware: { known: 'captured', value: { os: 'Linux', cpuModel: 'A processor', gpus: [] } },
  packages: { known: 'captured', value: { list: '0'.repeat(64), count: 214 } },
  modules: { known: 'captured', value: {} },
  inputs: [{ path: 'data/digits.csv', how: 'seen', size: 1_200_000, sha256: 'a'.repeat(64) }],
};

function iso(time: number): string {
  return new Date(time).toISOString();
}
