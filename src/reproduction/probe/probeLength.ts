/** How far the two runs of a probe go when nobody says: far enough to learn from, short enough to be done at once. */
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import { volatileMetricReason } from '../comparison/volatileNames.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';

export interface ProbeLength {
  readonly throughStep?: number;
  /** Of each of the two. */
  readonly forMs?: number;
}

export const defaultProbeMs = 120_000;
/** Of the original's steps. */
const share = 0.1;
/** Fewer points than this say little, and take a moment. */
const leastPoints = 20;

/**
 * A tenth of the steps of the original's longest counted metric, but at least twenty of its points, or two minutes,
 * whichever comes first.
 */
export function probeLength(
  series: readonly KeyedSeries[],
  volatile: VolatilePatterns,
): Required<Pick<ProbeLength, 'forMs'>> & ProbeLength {
  const counted = series.filter(({ key }) => volatileMetricReason(key, volatile) === undefined);
  const longest = counted.reduce<Float64Array | undefined>(
    (most, { steps }) => (most === undefined || steps.length > most.length ? steps : most),
    undefined,
  );
  if (longest === undefined || longest.length === 0) return { forMs: defaultProbeMs };
  const steps = longest.toSorted();
  const points = Math.min(steps.length, Math.max(leastPoints, Math.ceil(steps.length * share)));
  return { forMs: defaultProbeMs, throughStep: steps[points - 1] ?? 0 };
}
