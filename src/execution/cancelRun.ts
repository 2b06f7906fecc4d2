/**
 * Cancels a run from anywhere: asks its supervisor, and does the supervisor's work where that is dead, so that an
 * orphan can be ended by any process of the same machine.
 */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processLives } from '../base/processIdentity.ts';
import { planSchema, type Plan } from '../runs/plan.ts';
import type { ResultInput } from '../runs/result.ts';
import { runPaths, type RunPaths } from '../runs/runPaths.ts';
import { RunStore } from '../runs/runStore.ts';
import { announceChange } from '../runs/changes.ts';
import type { GracePeriods } from './endTree.ts';
import { childRunNotCancelled, processesSurvived, runAlreadyEnded, runElsewhere } from './errors.ts';
import { followRun } from './followRun.ts';
import { orphanTree } from './orphanTree.ts';
import { RecordedRuns } from './recordedRuns.ts';
import { readReported, reportedOf } from './reportedOf.ts';
import { acknowledgedSuffix } from './requestInbox.ts';
import { isStarted } from '../runs/processRecord.ts';
import { readProcessRecord, readRunEnd } from './runEnd.ts';
import type { RunEnd } from './runEnd.ts';
import { summariseRun } from './summariseRun.ts';
import { supervisorLog } from './supervisorLog.ts';
import { writeResult } from './writeResult.ts';

export interface CancelOptions {
  /** For an orphan, whose supervisor's own settings nobody reads any more. */
  readonly grace?: GracePeriods;
  readonly signal?: AbortSignal;
}

/** A supervisor acknowledges a request within this time, or it is on another machine or hangs. */
const acknowledgeMs = 20_000;
const defaultGrace: GracePeriods = { interruptMs: 10_000, terminateMs: 5_000 };

/**
 * Resolves with how the run ended, when all of it has. Rejects with `run-already-ended`, `run-elsewhere` (its machine
 * did not answer), `processes-survived`, `run-is-child`, or the signal's reason: the request then still stands.
 */
export async function cancelRun(store: string, id: string, options: CancelOptions = {}): Promise<RunEnd> {
  const paths = runPaths(store, id);
  const plan = await readPlan(paths);
  if (plan?.origin !== undefined) throw runAlreadyEnded(id);
  if (plan?.parent !== undefined) throw childRunNotCancelled(id, plan.parent);
  const before = await readRunEnd(paths);
  if (before !== undefined && before.state !== 'lost') throw runAlreadyEnded(id);
  if (before?.state === 'lost') return endOrphan(store, id, options);

  const request = await new RunStore(store).request(id, 'cancel');
  const acknowledged = join(paths.requests, `${request}.json${acknowledgedSuffix}`);
  const end = performance.now() + acknowledgeMs;
  while (!(await exists(acknowledged))) {
    options.signal?.throwIfAborted();
    const now = await readRunEnd(paths);
    if (now?.state === 'lost') return endOrphan(store, id, options);
    if (now !== undefined) return now;
    if (performance.now() >= end)
      throw runElsewhere(id, (await readProcessRecord(paths))?.host ?? 'another machine');
    await delay(20, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
  const ended = await followRun(paths, { signal: options.signal });
  return ended.state === 'lost' ? endOrphan(store, id, options) : ended;
}

/** Ends what is left of a run whose supervisor is gone, and becomes the writer of its result. */
async function endOrphan(store: string, id: string, options: CancelOptions): Promise<RunEnd> {
  const paths = runPaths(store, id);
  const record = await readProcessRecord(paths);
  if (record !== undefined && (await processLives(record, record.supervisor)) === 'cannot-tell')
    throw runElsewhere(id, record.host);
  const orphan = orphanTree(id, record);
  if ((await orphan.count(options.signal)) === 0) throw runAlreadyEnded(id);
  const survivors = await orphan.end(options.grace ?? defaultGrace, options.signal);
  if (survivors > 0) throw processesSurvived(id, survivors);

  const endedAt = new Date().toISOString();
  const log = supervisorLog(paths.supervisorLog);
  const changed = (one: string): void => announceChange(store, [one]);
  new RecordedRuns({ id, store, log, changed }).endOpenChildren('cancelled', endedAt);
  const metrics = await summariseRun(paths, true);
  const { reported, reportedParameters } = reportedOf(await readReported(paths));
  const result: ResultInput = {
    schemaVersion: 1,
    state: 'cancelled',
    ...(isStarted(record) ? { startedAt: record.startedAt } : {}),
    endedAt,
    outputs: [],
    metrics: metrics.summaries,
    reportedParameters: { ...reportedParameters, ...metrics.reportedParameters },
    reported,
    warnings: ['The supervisor of this run had died; its exit code, outputs and duration are not known.'],
  };
  await writeResult(paths.result, result);
  return (await readRunEnd(paths)) ?? { state: 'cancelled', stillRunning: false };
}

/** Undefined while there is none, or none that can be understood. */
async function readPlan(paths: RunPaths): Promise<Plan | undefined> {
  try {
    return planSchema.parse(JSON.parse(await readFile(paths.plan, 'utf8')));
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
