/** How a reproduction stands beside its original: live from the series of both, in the end from the verdict. */
import type { LiveMetric, Overlay, ReportRun, ReportSnapshot } from '../../protocol/reportProtocol.ts';
import { volatileMetricReason } from '../../reproduction/comparison/volatileNames.ts';
import { causeReportSchema } from '../../runs/causeReport.ts';
import { determinismProbeSchema } from '../../runs/determinismProbe.ts';
import { runPaths, runPathsIn } from '../../runs/runPaths.ts';
import type { EarlierNoise } from './earlierNoise.ts';
import { newestReport } from './newestReport.ts';
import { noiseOverlay } from '../../reproduction/report/noiseOverlay.ts';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { supervisorLives } from '../../runs/runState.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import { compareSeries } from '../../series/compareSeries.ts';
import { overlaySeries } from '../../series/overlaySeries.ts';
import { commandLabel } from '../../runs/commandLabel.ts';
import type { PanelRequests } from './panelRequests.ts';
import { runLabel } from './runRows.ts';
import type { RunSeries } from './runSeries.ts';
import type { Stores } from './stores.ts';

type Reference = PanelRequests['reproductionReport']['params'];

export async function reproductionReport(
  reference: Reference,
  stores: Stores,
  series: RunSeries,
): Promise<ReportSnapshot> {
  const { runStore } = stores.table(reference.store);
  const [original, reproduction, details] = await Promise.all([
    runStore.summary(reference.original),
    runStore.summary(reference.reproduction),
    runStore.read(reference.reproduction),
  ]);
  const { verdicts, dir } = await runStore.read(reference.original);
  const folders = runPathsIn(dir);
  const [probe, cause] = await Promise.all([
    newestReport(folders.probes, determinismProbeSchema),
    newestReport(
      folders.causes,
      causeReportSchema,
      ({ reproductionId }) => reproductionId === reference.reproduction,
    ),
  ]);
  const verdict = verdicts.find(({ reproductionId }) => reproductionId === reference.reproduction);
  return {
    original: reportRun(original),
    reproduction: reportRun(reproduction),
    attestations: verdicts.map(({ reproductionId, verdict: word, at, host, part }) => ({
      ...{ reproductionId, verdict: word, at },
      ...(part === undefined ? {} : { part: true }),
      ...(host === undefined ? {} : { host }),
    })),
    ...(probe === undefined ? {} : { probe }),
    ...(cause === undefined ? {} : { cause }),
    steps: await steps(reproduction, details, verdict !== undefined),
    ...(verdict === undefined
      ? { live: await liveMetrics(original, reproduction, runStore, series) }
      : { verdict, live: [] }),
  };
}

export async function reproductionOverlay(
  reference: PanelRequests['reproductionOverlay']['params'],
  stores: Stores,
  series: RunSeries,
  noise: EarlierNoise,
): Promise<Overlay> {
  const { runStore } = stores.table(reference.store);
  const { key } = reference;
  const of = async (id: string): Promise<Map<string, MetricSeries>> =>
    shownSeries(await series.read(runStore, await runStore.summary(id)));
  const [before, now] = [await of(reference.original), await of(reference.reproduction)];
  const { first, xRange, ...overlay } = overlaySeries(
    before.get(key) ?? noSeries,
    now.get(key) ?? noSeries,
    reference,
  );
  const reproduction = await runStore.read(reference.reproduction);
  const band = await noiseOverlay({
    ...{ originalDir: runPaths(reference.store, reference.original).dir, reproduction },
    ...{ key, shown: before, curve: overlay.original, began: first?.step },
    ofEarlier: () => noise.of(runStore, reference.original, reproduction),
  });
  return {
    key,
    ...(reference.range === undefined ? {} : { range: reference.range }),
    ...overlay,
    ...(first === undefined ? {} : { first }),
    ...(xRange === undefined ? {} : { xRange }),
    ...(band === undefined ? {} : { band }),
  };
}

export function reportRun(run: RunSummary): ReportRun {
  return {
    id: run.id,
    label: runLabel(run, []),
    state: run.state,
    command: commandLabel(run.argv),
    createdAt: run.createdAt,
    ...(run.durationMs === undefined ? {} : { durationMs: run.durationMs }),
    ...(run.host === undefined ? {} : { host: run.host }),
    ...(run.failure === undefined ? {} : { failure: run.failure }),
    ...(run.preparing === undefined ? {} : { preparing: run.preparing }),
  };
}

async function steps(
  run: RunSummary,
  { process, result }: RunDetails,
  hasVerdict: boolean,
): Promise<ReportSnapshot['steps']> {
  const as = (
    checkout: ReportSnapshot['steps'][number]['state'],
    command: ReportSnapshot['steps'][number]['state'],
    compare: ReportSnapshot['steps'][number]['state'],
  ): ReportSnapshot['steps'] => [
    { name: 'checkout', state: checkout },
    { name: 'run', state: command },
    { name: 'compare', state: compare },
  ];
  if (hasVerdict) return as('done', 'done', 'done');
  switch (run.state) {
    case 'preparing':
      return as('active', 'waiting', 'waiting');
    case 'running':
      return as('done', 'active', 'waiting');
    case 'lost':
      return as('done', 'failed', 'waiting');
    case 'finished':
    case 'failed':
    case 'cancelled': {
      // A command that never started has no start in its result: the checkout could not be made.
      if (result?.startedAt === undefined) return as('failed', 'waiting', 'waiting');
      const judging = process !== undefined && (await supervisorLives(process)) === 'lives';
      return as('done', 'done', judging ? 'active' : 'failed');
    }
  }
}

async function liveMetrics(
  original: RunSummary,
  reproduction: RunSummary,
  runStore: RunStore,
  series: RunSeries,
): Promise<LiveMetric[]> {
  const before = shownSeries(await series.read(runStore, original));
  const now = shownSeries(await series.read(runStore, reproduction));
  return [...before.values()].map((one): LiveMetric => {
    const other = now.get(one.key) ?? noSeries;
    const { steps: compared, first, identicalThrough, maxRelative } = compareSeries(one, other);
    const [originalLast, reproducedLast] = [one.values.at(-1), other.values.at(-1)];
    return {
      key: one.key,
      volatile: one.key.startsWith('hardware/') || volatileMetricReason(one.key) !== undefined,
      comparedPoints: compared.length,
      originalPoints: one.values.length,
      reproducedPoints: other.values.length,
      ...(identicalThrough === undefined ? {} : { identicalThrough }),
      ...(first === undefined ? {} : { firstDifferingStep: first.step, maxRelativeDifference: maxRelative }),
      ...(originalLast === undefined ? {} : { originalLast }),
      ...(reproducedLast === undefined ? {} : { reproducedLast }),
    };
  });
}

const noSeries: MetricSeries = {
  key: '',
  rank: null,
  steps: new Float64Array(0),
  times: new Float64Array(0),
  values: new Float64Array(0),
};

/** The series that stand for a run: without rank, or of the lowest one. */
function shownSeries(all: readonly MetricSeries[]): Map<string, MetricSeries> {
  const shown = new Map<string, MetricSeries>();
  for (const series of all) {
    const known = shown.get(series.key);
    if (known === undefined || (series.rank ?? -1) < (known.rank ?? -1)) shown.set(series.key, series);
  }
  return shown;
}
