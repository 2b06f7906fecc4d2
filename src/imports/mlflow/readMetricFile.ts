/**
 * Reads a metric of MLflow's file store: lines `timestamp_ms value step`, in old stores without the step, in new ones
 * followed by the name and digest of a dataset (`FileStore._get_metric_from_line`).
 */
import { closeSync, openSync, readSync } from 'node:fs';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import { PointColumns } from './pointColumns.ts';

const pieceBytes = 1024 * 1024;
/** No line of a metric is longer; what is longer is no line. */
const longestLine = 4096;

export interface MetricFile {
  readonly series: MetricSeries;
  readonly badLines: number;
}

/** Rejects nothing but what the system says about the file. */
export function readMetricFile(path: string, key: string): MetricFile {
  const descriptor = openSync(path, 'r');
  try {
    const columns = new PointColumns(key);
    const buffer = Buffer.allocUnsafe(pieceBytes);
    let rest = '';
    let badLines = 0;
    for (;;) {
      const count = readSync(descriptor, buffer, 0, buffer.length, null);
      const text = rest + buffer.toString('latin1', 0, count);
      const end = count === 0 ? text.length : text.lastIndexOf('\n') + 1;
      badLines += takeLines(text, end, columns);
      if (count === 0) break;
      rest = text.slice(end);
      if (rest.length > longestLine) {
        // Counted when its end is reached.
        rest = rest.slice(0, longestLine);
      }
    }
    return { series: columns.series(), badLines };
  } finally {
    closeSync(descriptor);
  }
}

/** Takes the lines of `text[0, end)`; returns how many are none. */
function takeLines(text: string, end: number, columns: PointColumns): number {
  let bad = 0;
  for (let from = 0; from < end;) {
    let to = text.indexOf('\n', from);
    if (to < 0 || to > end) to = end;
    const first = text.indexOf(' ', from);
    if (first < 0 || first >= to) {
      if (text.slice(from, to).trim() !== '') bad++;
    } else if (!takeLine(text, from, first, to, columns)) bad++;
    from = to + 1;
  }
  return bad;
}

function takeLine(text: string, from: number, first: number, to: number, columns: PointColumns): boolean {
  let second = text.indexOf(' ', first + 1);
  if (second < 0 || second > to) second = to;
  let third = second === to ? to : text.indexOf(' ', second + 1);
  if (third < 0 || third > to) third = to;
  const time = Number(text.slice(from, first));
  const value = pythonFloat(text.slice(first + 1, second));
  const step = second === to ? 0 : Number(text.slice(second + 1, third));
  if (value === undefined || !Number.isFinite(time) || !Number.isFinite(step)) return false;
  columns.push(step, time, value);
  return true;
}

/** As Python's `float` reads it; undefined for what is no number. */
export function pythonFloat(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isNaN(value) && text !== '') return value;
  switch (text.trim().toLowerCase()) {
    case 'nan':
    case '-nan':
    case '+nan':
      return Number.NaN;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Number.POSITIVE_INFINITY;
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return undefined;
  }
}
