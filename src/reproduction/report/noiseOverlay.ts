/**
 * Where noise alone may take a reproduction, around the curve of the original, as the probes of this machine tell, or
 * without any what its earlier reproductions differ by.
 */
import { curveReach } from '../comparison/curveReach.ts';
import { volatileMetricReason } from '../comparison/volatileNames.ts';
import { machineOf } from '../probe/machineOf.ts';
import { noiseBand } from '../probe/noiseBand.ts';
import type { LearntNoise } from '../probe/noiseOfReproductions.ts';
import { probesOf, readProbes, type RecordedProbe } from '../probe/readProbes.ts';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { Decimated } from '../../series/decimate.ts';

/** Same length; in the unit of the metric. */
export interface NoiseArea {
  readonly xs: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface NoiseOverlayRequest {
  readonly originalDir: string;
  readonly reproduction: RunDetails;
  /** All series of the original that are shown: how many are judged by bands decides how wide each is. */
  readonly shown: ReadonlyMap<string, MetricSeries>;
  readonly key: string;
  /** As it is drawn. */
  readonly curve: Decimated;
  /** Where the two first differ, if they do yet. */
  readonly began: number | undefined;
  /** What earlier reproductions tell; asked where no probe does. */
  readonly ofEarlier?: () => Promise<readonly LearntNoise[]>;
}

/** Undefined where nothing of this machine says anything of the metric, or all say that there is no noise. */
export async function noiseOverlay({
  originalDir,
  reproduction,
  shown,
  key,
  curve,
  began,
  ofEarlier,
}: NoiseOverlayRequest): Promise<NoiseArea | undefined> {
  if (volatileMetricReason(key) !== undefined) return undefined;
  const probes = hereOf(reproduction, await readProbes(originalDir)).map(({ probe }) => probe);
  const metrics = [...shown.keys()].filter(name => volatileMetricReason(name) === undefined).length;
  const points = shown.get(key)?.values.length ?? 0;
  const learnt = probes.length > 0 ? probes : ((await ofEarlier?.()) ?? []);
  const noise = noiseBand(learnt, { key, points, metrics });
  if (noise === undefined || noise.zero) return undefined;
  const reach = curveReach(shown.get(key)?.values ?? new Float64Array());
  const drawn = [...curve.xs.keys()].filter(i => Number.isFinite(curve.ys[i]));
  const allowed = drawn.map(i => {
    const x = curve.xs[i] ?? NaN;
    return noise.allowedAt(x, began ?? x, reach);
  });
  const at = (side: -1 | 1): Float64Array =>
    Float64Array.from(drawn, (i, place) => (curve.ys[i] ?? NaN) + side * (allowed[place] ?? 0));
  return { xs: Float64Array.from(drawn, i => curve.xs[i] ?? NaN), low: at(-1), high: at(1) };
}

/** The hardware is captured beside the run; until it is, the name of the machine has to do. */
function hereOf(reproduction: RunDetails, probes: readonly RecordedProbe[]): readonly RecordedProbe[] {
  const here = machineOf(reproduction);
  if (reproduction.captured !== undefined) return probesOf(here, probes);
  return probes.filter(({ brought, probe }) => brought === undefined && probe.host === here.host);
}
