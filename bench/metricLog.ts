/** Writing and reading a million metric points, in appends of one, twenty and a thousand points. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readMetricLogs } from '../src/runs/metricLog.ts';
import { MetricLogWriter } from '../src/runs/metricLogWriter.ts';
import type { MetricPoint } from '../src/runs/metricSeries.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { measure } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const pointCount = 1_000_000;
const rounds = 9;
await using folder = await temporaryFolder('lockstep bench');

const rows: string[][] = [];
for (const perAppend of [1, 20, 1000]) {
  const path = join(folder.path, `metrics.${perAppend}.bin`);
  const start = performance.now();
  const writer = MetricLogWriter.open(path);
  for (let from = 0; from < pointCount; from += perAppend) writer.append(pointsFrom(from, perAppend));
  writer.close();
  const perPoint = ((performance.now() - start) * 1000) / pointCount;
  const [read] = await measure([{ name: 'read', act: () => readMetricLogs([path]) }], rounds, 2);
  rows.push([
    String(perAppend),
    `${perPoint.toFixed(2)} µs`,
    `${((await stat(path)).size / 1e6).toFixed(1)} MB`,
    read === undefined ? '–' : formatSpread(read.spread, 'ms', 0),
  ]);
}
await writeTable({
  topic: 'metricLog',
  title: 'A million metric points',
  method:
    'Twenty metrics of 50,000 steps each. Every append is one write call, acknowledged when it returns. Reading is ' +
    `the whole log into one series for each metric, checksums verified, page cache warm: median (minimum–maximum) of ${rounds} rounds.`,
  columns: ['points an append', 'written, a point', 'size', 'read all'],
  rows,
});

function pointsFrom(from: number, count: number): MetricPoint[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const step = Math.floor(number / 20);
    return { key: `metric ${number % 20}`, step, time: 1_770_000_000_000 + step, value: Math.sin(number) };
  });
}
