import assert from 'node:assert/strict';
import { summariseShownSeries, type MetricSeries } from '../../../src/runs/metricSeries.ts';

function seriesOf(key: string, rank: number | null, ...values: number[]): MetricSeries {
  const columns = { values: Float64Array.from(values), times: new Float64Array(values.length) };
  return { key, rank, steps: Float64Array.from(values, (_, step) => step), ...columns };
}

describe('the summaries that stand for a run', () => {
  it('are those of rank 0 or of no rank, what is measured of the machine last', () => {
    const summaries = summariseShownSeries([
      seriesOf('system/cpu_utilization_percentage', null, 12),
      seriesOf('loss', 1, 9),
      seriesOf('loss', 0, 3, 1, 2),
      seriesOf('acc', null, 0.5),
      seriesOf('empty', null),
      seriesOf('system_prompt_loss', null, Number.NaN),
    ]);
    assert.deepEqual(
      Object.entries(summaries).map(([key, { last, min, count }]) => [key, last, min, count]),
      [
        ['loss', 2, 1, 3],
        ['acc', 0.5, 0.5, 1],
        ['system_prompt_loss', Number.NaN, Number.NaN, 1],
        ['system/cpu_utilization_percentage', 12, 12, 1],
      ],
    );
  });
});
