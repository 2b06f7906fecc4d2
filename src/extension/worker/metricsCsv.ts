/** Metrics as CSV (RFC 4180), every stored point, nothing rounded: what leaves the charts is exact. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MetricSeries } from '../../runs/metricSeries.ts';
import type { RunSummary } from '../../runs/runSummary.ts';

const rowsAtOnce = 50_000;

/** Times are ISO 8601. Rejects with the signal's reason. */
export async function metricsCsv(
  runs: readonly { readonly run: RunSummary; readonly series: readonly MetricSeries[] }[],
  keys: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let rows = ['run,name,metric,rank,step,time,value'];
  for (const { run, series } of runs)
    for (const { key, rank, steps, times, values } of series) {
      if (!keys.has(key)) continue;
      const head = [run.id, run.name ?? '', key, rank === null ? '' : String(rank)].map(cell).join(',');
      for (let i = 0; i < values.length; i++) {
        rows.push(`${head},${steps[i] ?? ''},${isoTime(times[i] ?? NaN)},${values[i] ?? ''}`);
        if (rows.length < rowsAtOnce) continue;
        pieces.push(Buffer.from(rows.join('\r\n') + '\r\n'));
        rows = [];
        await nextTurn();
        signal.throwIfAborted();
      }
    }
  pieces.push(Buffer.from(rows.join('\r\n') + (rows.length > 0 ? '\r\n' : '')));
  return new Uint8Array(Buffer.concat(pieces));
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isoTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
