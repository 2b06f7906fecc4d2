/** Ends a reproduction early when only a part was asked for: after a time, or when every metric has reached a step. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LaunchSpec } from '../execution/launchSpec.ts';
import type { ReachedPart } from '../runs/annotation.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import { runPaths, runPathsIn } from '../runs/runPaths.ts';
import type { RunStore } from '../runs/runStore.ts';
import { readRunMetrics } from '../tracking/readRunMetrics.ts';
import type { ReproductionOptions } from './reproductionOptions.ts';
import { volatileMetricReason } from './comparison/volatileNames.ts';

export interface PartRequest {
  readonly spec: LaunchSpec;
  readonly original: RunDetails;
  readonly options: ReproductionOptions;
  readonly runs: RunStore;
  readonly signal: AbortSignal;
}

const lookEveryMs = 250;

/** Watches until `signal` aborts, and asks for the run to be cancelled; failures only mean that it runs to its end. */
export function stopAtPart(request: PartRequest): void {
  const { options, signal } = request;
  const stop = (reached: ReachedPart): void => {
    if (!signal.aborted) request.runs.request(request.spec.id, 'cancel', reached).catch(() => undefined);
  };
  const { forMs, throughStep } = options;
  if (forMs !== undefined) {
    const timer = setTimeout(() => stop({ forMs }), Math.min(forMs, 2 ** 31 - 1));
    timer.unref();
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
  if (throughStep !== undefined)
    reached(request, throughStep).then(
      there => {
        if (there) stop({ throughStep });
      },
      () => undefined,
    );
}

/** Resolves with true when every counted metric of the original has got to the step, or as far as it ever got. */
async function reached(request: PartRequest, throughStep: number): Promise<boolean> {
  const { spec, original, options, signal } = request;
  const before = await readRunMetrics(runPathsIn(original.dir), { metricLines: spec.metricLines, signal });
  const goals = new Map<string, number>();
  for (const { key, rank, steps } of before.series) {
    if (volatileMetricReason(key, options.volatile) !== undefined) continue;
    const asked = steps.filter(step => step <= throughStep);
    if (asked.length > 0)
      goals.set(
        `${key} ${rank ?? ''}`,
        asked.reduce((a, b) => Math.max(a, b)),
      );
  }
  if (goals.size === 0) return false;
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
