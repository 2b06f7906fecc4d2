/** Metrics and reported parameters of a run as its result states them. */
import { metricValueToJson } from '../runs/result.ts';
import type { MetricSummary, ResultInput } from '../runs/result.ts';
import { summariseShownSeries } from '../runs/metricSeries.ts';
import type { MetricSeries } from '../runs/metricSeries.ts';
import type { ParameterValue } from '../runs/plan.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { readRunMetrics } from '../tracking/readRunMetrics.ts';

export interface RunSummaries {
  readonly summaries: ResultInput['metrics'];
  /** Of the part of the output that no supervisor had taken in. */
  readonly reportedParameters: NonNullable<ResultInput['reportedParameters']>;
  readonly problems: readonly string[];
}

export async function summariseRun(paths: RunPaths, metricLines: boolean): Promise<RunSummaries> {
  const { series, parameters, problems } = await readRunMetrics(paths, { metricLines, ended: true });
  return {
    summaries: metricSummaries(series),
    reportedParameters: reportedParameters(parameters),
    problems,
  };
}

export function metricSummaries(series: readonly MetricSeries[]): ResultInput['metrics'] {
  return Object.fromEntries(
    Object.entries(summariseShownSeries(series)).map(([key, summary]) => [key, summaryToJson(summary)]),
  );
}

export function reportedParameters(
  values: Readonly<Record<string, ParameterValue>>,
): NonNullable<ResultInput['reportedParameters']> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value, source: 'reported' }]),
  );
}

function summaryToJson(summary: MetricSummary): ResultInput['metrics'][string] {
  return {
    ...summary,
    last: metricValueToJson(summary.last),
    min: metricValueToJson(summary.min),
    max: metricValueToJson(summary.max),
  };
}
