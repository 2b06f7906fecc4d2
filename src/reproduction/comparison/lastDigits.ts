/**
 * Whole numbers above 2^53, which the metric log holds to 53 bits, by all of their digits: as the program wrote them in its
 * JSON lines, which the record keeps. Invariant: nothing is said where these lines are not, one by one, the points of the
 * metric.
 */
import { readFile, stat } from 'node:fs/promises';
import type { RunPaths } from '../../runs/runPaths.ts';
import type { MetricComparison } from './compareMetric.ts';
import type { KeyedSeries } from './compareMetrics.ts';
import { isBeyondExact } from './tolerance.ts';

/** `equal` to the last digit, or the first step at which they are not. */
export type LastDigits = 'equal' | { readonly step: number; readonly original: string; readonly now: string };

export interface LoggedRun {
  readonly paths: Pick<RunPaths, 'childMetrics' | 'stdout'>;
  readonly series: readonly KeyedSeries[];
}

/** A longer log is not read again for them. */
const longestLog = 64 * 1024 * 1024;

/** By the key of the metric, for those that are known. Reads nothing where no metric has such numbers. */
export async function lastDigits(
  original: LoggedRun,
  reproduced: LoggedRun,
  throughStep = Infinity,
): Promise<ReadonlyMap<string, LastDigits>> {
  const large = original.series.filter(one => isBeyondExact(one.values));
  const pairs = large.flatMap(one => {
    const others = reproduced.series.filter(other => other.key === one.key);
    const alone = large.filter(other => nameIn(other) === nameIn(one)).length === 1;
    const [other] = others;
    return other === undefined || others.length > 1 || !alone ? [] : [{ one, other }];
  });
  if (pairs.length === 0) return new Map();
  const [before, after] = await Promise.all([logsOf(original), logsOf(reproduced)]);
  return new Map(
    pairs.flatMap(({ one, other }): [string, LastDigits][] => {
      const [first, second] = [textsOf(one, before), textsOf(other, after)];
      const found =
        first === undefined || second === undefined
          ? undefined
          : compared(one, first, other, second, throughStep);
      return found === undefined ? [] : [[one.key, found]];
    }),
  );
}

/** A difference in digits that doubles do not hold is one all the same: whole numbers are exact. */
export function withLastDigits(
  metrics: readonly MetricComparison[],
  digits: ReadonlyMap<string, LastDigits>,
  hasTolerance: (key: string) => boolean,
): MetricComparison[] {
  return metrics.map(metric => {
    const { key, verdict, volatile } = metric.verdict;
    const found = digits.get(key);
    if (typeof found !== 'object' || verdict !== 'identical' || volatile || hasTolerance(key)) return metric;
    return {
      ...metric,
      verdict: {
        ...metric.verdict,
        verdict: 'diverged',
        firstDifferingStep: found.step,
        sentence: `${found.now} instead of ${found.original} at step ${found.step}.`,
      },
      lastDigits: found,
    };
  });
}

/** The name of the metric in a line: nested ones are joined by slashes. */
function nameIn({ key }: KeyedSeries): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

async function logsOf({ paths }: LoggedRun): Promise<string[]> {
  return Promise.all(
    [paths.childMetrics, paths.stdout].map(async path => {
      const size = (await stat(path).catch(() => undefined))?.size ?? Infinity;
      return size > longestLog ? '' : readFile(path, 'utf8').catch(() => '');
    }),
  );
}

/** What was written for each point, where one of the logs has just these. */
function textsOf(series: KeyedSeries, logs: readonly string[]): string[] | undefined {
  const name = JSON.stringify(nameIn(series)).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const number = new RegExp(`${name}\\s*:\\s*(-?\\d[\\d.eE+-]*)`, 'g');
  return logs
    .map(log => Array.from(log.matchAll(number), ([, text = '']) => text))
    .find(
      texts =>
        texts.length === series.values.length &&
        texts.every((text, at) => Number(text) === series.values[at]),
    );
}

function compared(
  one: KeyedSeries,
  before: readonly string[],
  other: KeyedSeries,
  after: readonly string[],
  throughStep: number,
): LastDigits | undefined {
  for (let at = 0; at < Math.min(before.length, after.length); at += 1) {
    const [original = '', now = ''] = [before[at], after[at]];
    const step = one.steps[at] ?? NaN;
    if (step !== other.steps[at]) return undefined;
    if (step > throughStep) continue;
    if (wholeNumber(original) !== wholeNumber(now)) return { step, original, now };
  }
  return 'equal';
}

/** What is written with a point or an exponent is a double, and no more than that. */
function wholeNumber(text: string): bigint | number {
  return /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
}
