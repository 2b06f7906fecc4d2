/**
 * Metrics of two runs of which one was stopped early. Steps of one metric may count batches and those of another epochs,
 * so what was due is told by when the run that went further logged it, and by the steps alone where that is not known.
 * Invariant: one that was due in the part that both runs have is never left out of the verdict; it is not known why it is
 * missing, so it is inconclusive.
 */
import type { MetricComparison, SeriesPoints } from './compareMetric.ts';
import type { Stop } from './unreachedOutputs.ts';

export interface StoppedRuns {
  readonly original: ReadonlyMap<string, SeriesPoints>;
  readonly reproduced: ReadonlyMap<string, SeriesPoints>;
  /** Which of the two ended first, where it was not asked to. */
  readonly stop?: Pick<Stop, 'who' | 'how'> | undefined;
}

export function withUnreached(metrics: readonly MetricComparison[], runs: StoppedRuns): MetricComparison[] {
  const counted = metrics.filter(({ verdict }) => !verdict.volatile);
  const common = counted.filter(({ lastCommonStep }) => lastCommonStep !== undefined);
  const through = Math.min(...common.map(({ lastCommonStep = Infinity }) => lastCommonStep));
  const furthest = common.reduce<MetricComparison | undefined>(
    (most, one) =>
      most === undefined || one.verdict.comparedPoints > most.verdict.comparedPoints ? one : most,
    undefined,
  );
  const ends = {
    original: lastCommonTime(common, runs.original),
    reproduced: lastCommonTime(common, runs.reproduced),
  };
  const isLater = (metric: MetricComparison): boolean => isLoggedLater(metric, ends, runs);
  return metrics.map(metric => {
    const { cutFrom, firstCutStep, verdict } = metric;
    if (verdict.volatile) return metric;
    if (cutFrom === undefined) {
      const waits =
        metric !== furthest &&
        firstCutStep !== undefined &&
        (firstCutStep > (furthest?.lastCommonStep ?? Infinity) || isLater(metric));
      return waits ? { ...metric, upToDate: true } : metric;
    }
    // Without a step that both have nothing was due.
    const unreached = through === Infinity || cutFrom > through || isLater(metric);
    const sentence = unreached
      ? `Not reached: ${endText(runs.stop)} before it was first logged.`
      : `One run has it from step ${cutFrom} on, the other not at all, though both got to step ${through}.`;
    return { ...metric, verdict: { ...verdict, sentence }, ...(unreached ? { unreached } : {}) };
  });
}

function endText(stop: StoppedRuns['stop']): string {
  if (stop === undefined) return 'the part that both runs have ends';
  return `the ${stop.who === 'run' ? 'reproduction' : 'original'} ${stop.how === 'failed' ? 'failed' : `was ${stop.how}`}`;
}

/** When a run had logged all that both have; NaN where that is not known of each metric. */
function lastCommonTime(
  common: readonly MetricComparison[],
  series: ReadonlyMap<string, SeriesPoints>,
): number {
  const times = common.map(({ verdict, lastCommonStep = NaN }) =>
    timeAt(series.get(verdict.key), lastCommonStep),
  );
  return times.length === 0 ? NaN : times.reduce((latest, time) => Math.max(latest, time), -Infinity);
}

/** The run that has more of the metric logged the first of that after the last of everything that both have. */
function isLoggedLater(
  metric: MetricComparison,
  ends: Readonly<Record<'original' | 'reproduced', number>>,
  runs: StoppedRuns,
): boolean {
  const { key, missingSteps, extraSteps } = metric.verdict;
  if (missingSteps + extraSteps > 0 || metric.firstCutStep === undefined) return false;
  const more = (which: 'original' | 'reproduced'): number => runs[which].get(key)?.steps.length ?? 0;
  const further = more('original') > more('reproduced') ? 'original' : 'reproduced';
  return timeAt(runs[further].get(key), metric.firstCutStep) > ends[further];
}

/** NaN where nobody knows: no comparison with it is true. */
function timeAt(series: SeriesPoints | undefined, step: number): number {
  return series?.times?.[series.steps.indexOf(step)] ?? NaN;
}
