/**
 * A summary as one line of JSON: what the index keeps and `lockstep runs --json` prints. Invariant: NaN and infinities
 * are told as text, never as null, and come back as numbers.
 */
import type { MetricSummary } from './result.ts';
import type { RunSummary } from './runSummary.ts';

export interface SummaryText {
  readonly text: string;
  /** False when a metric value is told as text. */
  readonly plain: boolean;
}

export function summaryToText(summary: RunSummary): SummaryText {
  const plain = Object.values(summary.metrics).every(metric => numbersOf(metric).every(Number.isFinite));
  return { text: plain ? JSON.stringify(summary) : JSON.stringify(summary, asText), plain };
}

/** The inverse. Expects what {@link summaryToText} made. */
export function summaryFromText({ text, plain }: SummaryText): RunSummary {
  const summary = JSON.parse(text) as RunSummary;
  if (!plain)
    for (const metric of Object.values(summary.metrics)) Object.assign(metric, numbersAgain(metric));
  return summary;
}

function numbersOf({ last, lastStep, min, max }: MetricSummary): number[] {
  return [last, lastStep, min, max];
}

function asText(_: string, part: unknown): unknown {
  return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part;
}

function numbersAgain({ last, lastStep, min, max }: Readonly<Record<keyof MetricSummary, unknown>>): object {
  return { last: Number(last), lastStep: Number(lastStep), min: Number(min), max: Number(max) };
}
