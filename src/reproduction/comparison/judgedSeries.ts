/**
 * The metrics of a run as a verdict counts them: its own, and those of its child runs, each under the name of the child
 * run or, where names do not tell them apart, under its place in the order of their starts.
 */
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPaths } from '../../runs/runPaths.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import { readRunMetrics } from '../../tracking/readRunMetrics.ts';
import { volatileMetricReason } from './volatileNames.ts';

/** @param metricLines Whether printed `key: value` lines are metrics of the run. */
export async function judgedSeries(
  store: RunStore,
  run: RunDetails,
  metricLines: boolean,
): Promise<readonly MetricSeries[]> {
  const { series } = await readRunMetrics(runPaths(store.store, run.id), {
    metricLines,
    ended: !run.stillRunning,
  });
  if ((run.reported?.childRuns ?? 0) === 0) return series;
  const all = [...series];
  const runs = (await store.list()).toReversed();
  const within = new Map([[run.id, '']]);
  for (const parent of within.keys()) {
    const children = runs.filter(one => one.parent === parent);
    for (const [child, label] of childLabels(children)) {
      const path = `${within.get(parent) ?? ''}${label}/`;
      within.set(child.id, path);
      const logged = await readRunMetrics(runPaths(store.store, child.id), {
        metricLines: false,
        ended: true,
      });
      for (const one of logged.series) all.push({ ...one, key: path + one.key });
    }
  }
  return all;
}

/** @param children Of one run, in the order of their starts. */
export function childLabels<T extends Pick<RunSummary, 'name'>>(children: readonly T[]): Map<T, string> {
  const uses = new Map<string, number>();
  for (const { name = '' } of children) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Map(
    children.map((child, at) => {
      const { name = '' } = child;
      // A name such as "gpu test" must not make everything under it look like a measurement of hardware.
      const tells = name !== '' && uses.get(name) === 1 && volatileMetricReason(name) === undefined;
      return [child, tells ? name : `child ${at + 1}`];
    }),
  );
}
