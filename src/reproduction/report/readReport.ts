/** Gathers what a report is made of from the records of a run and of its reproduction. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { causeReportSchema } from '../../runs/causeReport.ts';
import type { CauseReport } from '../../runs/causeReport.ts';
import { commandLabel } from '../../runs/commandLabel.ts';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { Verdict } from '../../runs/verdict.ts';
import { overlaySeries } from '../../series/overlaySeries.ts';
import { judgedSeries } from '../comparison/judgedSeries.ts';
import { noiseOfEarlier } from '../probe/noiseOfEarlier.ts';
import type { LearntNoise } from '../probe/noiseOfReproductions.ts';
import { reproductionNotJudged } from '../errors.ts';
import { noiseOverlay } from './noiseOverlay.ts';
import { chartWidth } from './overlaySvg.ts';
import type { ReportChart, ReportContent } from './reportContent.ts';
import { machineText } from '../verdict/attestationsOf.ts';
import { worstFirst } from './reportRows.ts';

const mostCharts = 6;

/**
 * @param id A reproduction, or a run: then its newest verdict, one of this machine before any that others brought.
 * Rejects with `reproduction-not-judged` where there is no verdict.
 */
export async function readReport(runs: RunStore, id: string): Promise<ReportContent> {
  const asked = await runs.read(id);
  const reproduces = asked.plan?.reproduces;
  const original = reproduces === undefined ? asked : await runs.read(reproduces);
  const verdict =
    original.verdicts.find(one => one.reproductionId === id) ??
    (reproduces === undefined
      ? (original.verdicts.findLast(one => one.broughtBy === undefined) ?? original.verdicts.at(-1))
      : undefined);
  if (verdict === undefined) throw reproductionNotJudged(asked, reproduces);
  const cause = (await readCauseReports(original)).findLast(
    one => one.reproductionId === verdict.reproductionId,
  );
  const argv = original.plan?.argv ?? [];
  const { name = original.plan?.name } = original.annotations;
  return {
    verdict,
    label: name ?? commandLabel(argv),
    command: argv.join(' '),
    host: machineText(verdict),
    durationMs: verdict.durationMs,
    cause,
    charts: await chartsOf(runs, original, verdict),
  };
}

/** Of a run, oldest first. What cannot be read is left out. */
export async function readCauseReports({ dir }: Pick<RunDetails, 'dir'>): Promise<CauseReport[]> {
  const folder = runPathsIn(dir).causes;
  const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.json')).sort();
  const reports: CauseReport[] = [];
  for (const name of names) {
    try {
      reports.push(causeReportSchema.parse(JSON.parse(await readFile(join(folder, name), 'utf8'))));
    } catch {
      // Torn, or of a version that this one does not know: one bad record costs one record.
    }
  }
  return reports;
}

async function chartsOf(runs: RunStore, original: RunDetails, verdict: Verdict): Promise<ReportChart[]> {
  const reproduction = await runs.read(verdict.reproductionId).catch(() => undefined);
  // That of a verdict that was fetched is elsewhere.
  if (reproduction === undefined) return [];
  const [before, now] = await Promise.all([seriesOf(runs, original), seriesOf(runs, reproduction)]);
  const charts = worstFirst(verdict.metrics)
    .filter(metric => !metric.volatile && metric.comparedPoints > 1)
    .flatMap(({ key }) => {
      const [one, other] = [before.get(key), now.get(key)];
      if (one === undefined || other === undefined) return [];
      return [{ key, overlay: overlaySeries(one, other, { width: chartWidth }) }];
    })
    .slice(0, mostCharts);
  let earlier: Promise<readonly LearntNoise[]> | undefined;
  const ofEarlier = (): Promise<readonly LearntNoise[]> =>
    (earlier ??= noiseOfEarlier(runs, original, reproduction));
  return Promise.all(
    charts.map(async ({ key, overlay }) => {
      const { first, original: curve } = overlay;
      const about = { key, curve, began: first?.step, shown: before };
      const band = await noiseOverlay({ ...about, originalDir: original.dir, reproduction, ofEarlier });
      return { key, overlay, ...(band === undefined ? {} : { band }) };
    }),
  );
}

async function seriesOf(runs: RunStore, run: RunDetails): Promise<Map<string, MetricSeries>> {
  // Removed since: then the report has no curves.
  const series = await judgedSeries(runs, run, printsMetrics(run)).catch(() => []);
  return new Map(
    series.map(one => [one.rank === null || one.rank === 0 ? one.key : `${one.key} [rank ${one.rank}]`, one]),
  );
}
