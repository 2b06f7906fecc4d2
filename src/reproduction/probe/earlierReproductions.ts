/** Which earlier reproductions of a run are executions of one program on one machine, so that they tell of its noise. */
import { isChanged } from '../cause/suspects.ts';
import { judgedSeries } from '../comparison/judgedSeries.ts';
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunStore } from '../../runs/runStore.ts';
import { machineOf, sameMachine } from './machineOf.ts';

export interface EarlierReproduction {
  readonly id: string;
  readonly series: readonly KeyedSeries[];
}

/** More say little more, and each is a metric log to read. */
const most = 8;

/**
 * Oldest first: those that ended by themselves, or where they were asked to, on the machine of `now`, with nothing known
 * to be other than in the original. One whose record is gone says nothing.
 * @param among Only these.
 */
export async function earlierReproductions(
  runs: RunStore,
  original: RunDetails,
  now: RunDetails,
  metricLines: boolean,
  among?: readonly string[],
): Promise<EarlierReproduction[]> {
  const here = machineOf(now);
  const ids = original.verdicts
    .filter(one => one.broughtBy === undefined && one.reproductionId !== now.id)
    .filter(one => among?.includes(one.reproductionId) ?? true)
    .filter(one => !isChanged(one.ingredients))
    .filter(one => one.escapedModules.length === 0)
    .map(one => one.reproductionId);
  const found: EarlierReproduction[] = [];
  for (const id of [...new Set(ids)].slice(-most)) {
    const run = await runs.read(id).catch(() => undefined);
    const whole = run?.result?.state === 'finished' || run?.result?.reached !== undefined;
    if (run === undefined || !whole || !sameMachine(here, machineOf(run))) continue;
    const series = await judgedSeries(runs, run, metricLines);
    if (series.length > 0) found.push({ id, series });
  }
  return found;
}
