/** Run records made up for the tests of this room; every field can be replaced. */
import { captured } from '../../../src/runs/known.ts';
import type { Captured } from '../../../src/runs/captured.ts';
import type { Code, Plan } from '../../../src/runs/plan.ts';
import type { Result } from '../../../src/runs/result.ts';
import type { JudgedRun } from '../../../src/reproduction/verdict/judgeReproduction.ts';

export const originalId = '01JZ0000000000000000000001';
export const reproductionId = '01JZ0000000000000000000002';

export function code(change: Partial<Code> = {}): Code {
  return {
    rootCommits: ['a'.repeat(40)],
    remotes: {},
    head: '3f2a91c' + '0'.repeat(33),
    headOnRemote: captured(true),
    tree: 'b'.repeat(40),
    changed: [],
    changedCount: 0,
    gaps: [],
    submodules: [],
    settings: {},
    ...change,
  };
}

export function plan(change: Partial<Plan> = {}): Plan {
  return {
    schemaVersion: 1,
    id: originalId,
    createdAt: '2026-01-01T00:00:00.000Z',
    toolVersion: '0.1.0',
    tags: [],
    root: '/home/a/project',
    cwd: '',
    argv: ['python', 'train.py', '--lr', '0.1'],
    secretArguments: [],
    stdin: 'empty',
    tty: false,
    environment: { kind: 'host' },
    interpreter: captured({ path: '/usr/bin/python3', version: '3.11.7', implementation: 'CPython' }),
    code: captured(code()),
    parameters: { lr: { value: 0.1, source: 'argument', argvIndex: 3 } },
    seed: captured(7),
    variables: {},
    declaredInputs: [],
    declaredOutputs: [],
    metricLines: false,
    ...change,
  };
}

export function capturedValues(change: Partial<Captured> = {}): Captured {
  return {
    schemaVersion: 1,
    hardware: captured({ os: 'Debian 12', cpuModel: 'EPYC 7B13', logicalCores: 2, gpus: [] }),
    packages: captured({ list: 'c'.repeat(64), count: 2 }),
    editable: [],
    modules: captured({}),
    facts: { 'python.hash_randomization': false },
    inputs: [],
    ...change,
  };
}

export function result(change: Partial<Result> = {}): Result {
  return {
    schemaVersion: 1,
    state: 'finished',
    exitCode: 0,
    endedAt: '2026-01-01T00:01:00.000Z',
    durationMs: 60_000,
    outputs: [],
    reportedParameters: {},
    metrics: {},
    warnings: [],
    ...change,
  };
}

/** A record with one metric `loss`, and one output whose hash is `sha256`. */
export function recordedRun(
  change: {
    plan?: Partial<Plan>;
    captured?: Partial<Captured>;
    result?: Partial<Result> | null;
    loss?: readonly number[];
    series?: JudgedRun['series'];
    sha256?: string;
    packages?: JudgedRun['packages'];
  } = {},
): JudgedRun {
  const loss = change.loss ?? [0.9, 0.5, 0.25];
  return {
    plan: plan(change.plan),
    captured: capturedValues(change.captured),
    roots: [change.plan?.root ?? '/home/a/project'],
    packages: change.packages,
    result:
      change.result === null
        ? undefined
        : result({
            outputs: [{ path: 'model.json', how: 'seen', sha256: change.sha256 ?? 'd'.repeat(64) }],
            ...change.result,
          }),
    series: change.series ?? [
      {
        key: 'loss',
        rank: null,
        steps: Float64Array.from(loss.keys()),
        values: Float64Array.from(loss),
      },
    ],
  };
}
