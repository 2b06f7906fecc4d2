/** Run records for tests: valid by the schemas, as small as they may be, changed where a test wants it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { Plan } from '../../../src/runs/plan.ts';
import type { Result } from '../../../src/runs/result.ts';
import { runPaths, type RunPaths } from '../../../src/runs/runPaths.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';

export const fixtureTime = Date.UTC(2026, 0, 2, 3, 4, 5);

export function planOf(id: string, change: Partial<Plan> = {}): Plan {
  return {
    schemaVersion: 1,
    id,
    createdAt: new Date(fixtureTime).toISOString(),
    toolVersion: '0.1.0',
    tags: [],
    root: '/home/someone/project',
    cwd: '',
    argv: ['python', 'train.py', '--lr', '0.1'],
    secretArguments: [],
    stdin: 'empty',
    tty: false,
    environment: { kind: 'host' },
    interpreter: { known: 'unknown', reason: 'test' },
    code: { known: 'unknown', reason: 'test' },
    parameters: { lr: { value: 0.1, source: 'argument', argvIndex: 3 } },
    seed: { known: 'unknown', reason: 'test' },
    variables: {},
    declaredInputs: [],
    declaredOutputs: [],
    metricLines: false,
    ...change,
  };
}

export function resultOf(change: Partial<Result> = {}): Result {
  return {
    schemaVersion: 1,
    state: 'finished',
    exitCode: 0,
    startedAt: new Date(fixtureTime + 1000).toISOString(),
    endedAt: new Date(fixtureTime + 5000).toISOString(),
    durationMs: 4000,
    outputs: [],
    reportedParameters: {},
    metrics: { loss: { last: 0.25, lastStep: 9, min: 0.2, max: 2, count: 10 } },
    warnings: [],
    ...change,
  };
}

export function verdictOf(runId: string, reproductionId: string, change: Partial<Verdict> = {}): Verdict {
  return {
    schemaVersion: 1,
    verdict: 'identical',
    runId,
    reproductionId,
    at: new Date(fixtureTime + 9000).toISOString(),
    sentence: 'Every metric point equals the original.',
    metrics: [],
    outputs: [],
    ingredients: [],
    cause: null,
    caps: [],
    escapedModules: [],
    ...change,
  };
}

export interface RunContent {
  readonly id?: string;
  /** Undefined: a valid plan; a string is written as it is; null leaves the file out. The same for the others. */
  readonly plan?: Partial<Plan> | string | null;
  readonly result?: Partial<Result> | string | null;
  readonly process?: object | string;
}

/** Writes a run, finished unless told otherwise. */
export function writeRun(store: string, content: RunContent = {}): { id: string; paths: RunPaths } {
  const id = content.id ?? ulid();
  const paths = runPaths(store, id);
  mkdirSync(paths.dir, { recursive: true });
  writePart(paths.plan, content.plan, change => planOf(id, change));
  writePart(paths.result, content.result, change => resultOf(change));
  if (content.process !== undefined) writePart(paths.process, content.process, record => record);
  return { id, paths };
}

/** Lays a verdict into the folder of its run. */
export function writeVerdict(store: string, verdict: Verdict): void {
  const { verdicts } = runPaths(store, verdict.runId);
  mkdirSync(verdicts, { recursive: true });
  writeFileSync(join(verdicts, `${verdict.reproductionId}.json`), JSON.stringify(verdict));
}

function writePart<T extends object>(
  path: string,
  part: T | string | null | undefined,
  whole: (change: T) => object,
): void {
  if (part === null) return;
  writeFileSync(path, typeof part === 'string' ? part : JSON.stringify(whole(part ?? ({} as T))));
}
