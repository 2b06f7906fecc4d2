/** Ends a reproduction early when only a part was asked for: after a time, or when every metric has reached a step. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LaunchSpec } from '../execution/launchSpec.ts';
import { readProcessRecord } from '../execution/runEnd.ts';
import type { ReachedPart } from '../runs/annotation.ts';
import { isStarted } from '../runs/processRecord.ts';
import type { MetricSeries } from '../runs/metricSeries.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import { runPaths, runPathsIn } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { RunStore } from '../runs/runStore.ts';
import { readRunMetrics } from '../tracking/readRunMetrics.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { asksForPart } from './comparison/asksForPart.ts';
import { volatileMetricReason } from './comparison/volatileNames.ts';

export interface PartRequest {
  readonly spec: LaunchSpec;
  readonly original: RunDetails;
  readonly options: ReproductionOptions;
  readonly runs: RunStore;
  readonly signal: AbortSignal;
}

const lookEveryMs = 250;
const lookForStartEveryMs = 50;
/** What fits into Node's timers. */
const longestTimerMs = 2 ** 31 - 1;

/** Watches until `signal` aborts, and asks for the run to be cancelled; failures only mean that it runs to its end. */
export function stopAtPart(request: PartRequest): void {
  const { options, signal } = request;
  const stop = (reached: ReachedPart): void => {
    if (!signal.aborted) request.runs.request(request.spec.id, 'cancel', reached).catch(() => undefined);
  };
  const { forMs, throughStep } = options;
  if (forMs !== undefined)
    ranFor(runPaths(request.spec.store, request.spec.id), forMs, signal).then(
      () => stop({ forMs }),
      () => undefined,
    );
  if (throughStep !== undefined)
    reached(request, throughStep).then(
      there => {
        if (there) stop({ throughStep });
      },
      () => undefined,
    );
}

/** The time counts from the start of the program: what is made ready before is no part of the run. */
async function ranFor(paths: RunPaths, forMs: number, signal: AbortSignal): Promise<void> {
  while (!isStarted(await readProcessRecord(paths)))
    await delay(lookForStartEveryMs, undefined, { signal, ref: false });
  await delay(Math.min(forMs, longestTimerMs), undefined, { signal, ref: false });
}

/** Resolves with true when every counted metric of the original has got to the step, or as far as it ever got. */
async function reached(request: PartRequest, throughStep: number): Promise<boolean> {
  const { spec, original, options, signal } = request;
  const before = await readRunMetrics(runPathsIn(original.dir), { metricLines: spec.metricLines, signal });
  const goals = goalsOf(
    before.series.filter(({ key }) => volatileMetricReason(key, options.volatile) === undefined),
    throughStep,
  );
  if (goals.size === 0) return false;
  // It ends by itself, and what comes after its last step counts as well.
  const ended = original.result?.state === 'finished' || original.result?.state === 'failed';
  if (ended && options.purpose !== 'trial' && !asksForPart(before.series, throughStep, options.volatile))
    return false;
  const paths = runPaths(spec.store, spec.id);
  while (!signal.aborted) {
    const now = await readRunMetrics(paths, { metricLines: spec.metricLines, signal });
    const last = new Map(
      now.series.map(one => [
        `${one.key} ${one.rank ?? ''}`,
        one.steps.reduce((a, b) => Math.max(a, b), -Infinity),
      ]),
    );
    if ([...goals].every(([name, goal]) => (last.get(name) ?? -Infinity) >= goal)) return true;
    await delay(lookEveryMs, undefined, { signal, ref: false });
  }
  return false;
}

/**
 * How far each series has to get, by name. Where the steps of one count batches and those of another epochs, the step that
 * was asked for is one of the series with the most points, and the others have to get as far as they were by then.
 */
export function goalsOf(series: readonly MetricSeries[], throughStep: number): Map<string, number> {
  const finest = series.reduce<MetricSeries | undefined>(
    (most, one) => (most === undefined || one.steps.length > most.steps.length ? one : most),
    undefined,
  );
  const after = finest?.steps.findIndex(step => step > throughStep) ?? -1;
  const end = finest?.times[after] ?? Infinity;
  // Logged at once, as far as anybody knows: then steps alone tell.
  const known = end > (finest?.times[after - 1] ?? -Infinity);
  const goals = new Map<string, number>();
  for (const { key, rank, steps, times } of series) {
    const asked = steps.filter((step, at) => step <= throughStep && (!known || (times[at] ?? 0) < end));
    if (asked.length > 0)
      goals.set(
        `${key} ${rank ?? ''}`,
        asked.reduce((a, b) => Math.max(a, b)),
      );
  }
  return goals;
}
