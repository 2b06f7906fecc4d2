/**
 * What a suite tells the runner: one JSON line per test as it ends and a last line when all have ended. A suite that
 * crashes leaves a file without the last line, and the tests it did run still count.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';

const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('test'),
    title: z.string(),
    outcome: z.enum(['passed', 'failed', 'skipped']),
    ms: z.number(),
  }),
  z.object({ kind: z.literal('end') }),
]);
export type ReportLine = z.infer<typeof lineSchema>;

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function appendReportLine(path: string, line: ReportLine): void {
  appendFileSync(path, JSON.stringify(line) + '\n');
}

export interface SuiteReport {
  readonly totals: Totals;
  /** Whether the suite came to its end. */
  readonly ended: boolean;
  readonly skippedTitles: readonly string[];
}

export function readSuiteReport(path: string): SuiteReport {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  const parsed = lines.map(line => lineSchema.parse(JSON.parse(line)));
  const tests = parsed.filter(line => line.kind === 'test');
  const count = (outcome: string): number => tests.filter(test => test.outcome === outcome).length;
  return {
    totals: { passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
    ended: parsed.some(line => line.kind === 'end'),
    skippedTitles: tests.filter(test => test.outcome === 'skipped').map(test => test.title),
  };
}

export function addTotals(all: readonly Totals[]): Totals {
  const sum = (pick: (totals: Totals) => number): number => all.reduce((total, one) => total + pick(one), 0);
  return { passed: sum(t => t.passed), failed: sum(t => t.failed), skipped: sum(t => t.skipped) };
}

export function formatTotals(totals: Totals): string {
  return `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
}
