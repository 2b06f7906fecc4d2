/**
 * What several reproductions say together: where one more final value of each metric is expected, and whether the
 * original lies there. Invariant: only whole reproductions of the same ingredients count, and fewer than three say
 * nothing.
 */
import type { MetricVerdict, Verdict } from '../../runs/verdict.ts';
import { isChanged } from '../cause/suspects.ts';
import { studentQuantile } from '../probe/studentQuantile.ts';

const least = 3;
/** Of a further value to be outside, both sides together. */
const outside = 0.05;

/** @param verdicts Of all reproductions of one run, the newest last. */
export function finalStatistics(verdicts: readonly Verdict[]): Verdict['statistics'] {
  const whole = verdicts.filter(
    one => one.verdict !== 'inconclusive' && one.part === undefined && !isChanged(one.ingredients),
  );
  const newest = whole.at(-1);
  if (whole.length < least || newest === undefined || newest !== verdicts.at(-1)) return undefined;
  const metrics = newest.metrics.flatMap(metric => {
    const row = metric.volatile ? undefined : intervalOf(metric, whole);
    return row === undefined ? [] : [row];
  });
  if (metrics.length === 0) return undefined;
  return { reproductions: whole.length, metrics, sentence: sentenceOf(whole.length, metrics) };
}

type Row = NonNullable<Verdict['statistics']>['metrics'][number];

/**
 * The prediction interval of one more value from the same normal distribution: mean ± t · s · √(1 + 1/n), with n - 1
 * degrees of freedom.
 */
function intervalOf({ key, originalLast }: MetricVerdict, whole: readonly Verdict[]): Row | undefined {
  const values = whole.map(
    one => one.metrics.find(metric => metric.key === key && isWhole(metric))?.reproducedLast,
  );
  const known = values.filter(value => value !== undefined && Number.isFinite(value)) as number[];
  const n = known.length;
  if (originalLast === undefined || n < whole.length) return undefined;
  const mean = known.reduce((sum, value) => sum + value / n, 0);
  const equal = known.every(value => value === known[0]);
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const reach = studentQuantile(outside / 2, n - 1) * Math.sqrt(squares / (n - 1)) * Math.sqrt(1 + 1 / n);
  // A sum of equal numbers may be off by its last bit.
  const [middle, around] = equal ? [known[0] ?? mean, 0] : [mean, reach];
  const [low, high] = [middle - around, middle + around];
  return {
    ...{ key, original: originalLast, mean: middle, low, high },
    inside: originalLast >= low && originalLast <= high,
  };
}

function isWhole({ missingSteps, extraSteps }: MetricVerdict): boolean {
  return missingSteps === 0 && extraSteps === 0;
}

function sentenceOf(reproductions: number, rows: readonly Row[]): string {
  const out = rows.filter(row => !row.inside);
  const [first] = out;
  const where = `the 95 % prediction interval of ${reproductions} reproductions`;
  if (first === undefined) {
    const all = rows.length === 2 ? 'both metrics' : `all ${rows.length} metrics`;
    return rows.length === 1
      ? `The last value of ${rows[0]?.key ?? ''} of the original lies inside ${where}.`
      : `The last values of ${all} of the original lie inside ${where}.`;
  }
  const bounds = `${short(first.low)} to ${short(first.high)}, original ${short(first.original)}`;
  return out.length === 1
    ? `The last value of ${first.key} of the original lies outside ${where} (${bounds}).`
    : `The last values of ${first.key} and ${out.length - 1} more of the original lie outside ${where} (${first.key}: ${bounds}).`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
