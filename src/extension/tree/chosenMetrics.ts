/** Which metrics of a run are worth a place in one line, and which way is better. By name alone. */
import { volatileMetricReason } from '../../reproduction/comparison/volatileNames.ts';
import type { MetricSummary } from '../../runs/result.ts';

const lowerIsBetter = /loss|error|\berr\b|perplexity|\bppl\b|\b(?:r?mse|mae|nll|wer|cer|fid|bce)\b/i;
const higherIsBetter =
  /acc|f1|auc|bleu|rouge|score|reward|\b(?:iou|miou|map|ap|r2|psnr|ssim|recall|precision|top1|top5)\b/i;
const counters = /^(?:epochs?|(?:global_?)?steps?|iter(?:ation)?s?|lr|learning_?rate|seed)$/i;

/** At most `limit` keys: one loss, one score, then others; of train and validation the latter. */
export function chosenMetrics(metrics: Readonly<Record<string, MetricSummary>>, limit = 2): string[] {
  const keys = Object.keys(metrics).filter(
    key => !counters.test(lastPart(key)) && volatileMetricReason(key) === undefined,
  );
  const preferred = [...keys].sort((a, b) => heldOut(b) - heldOut(a));
  const chosen = new Set<string>();
  for (const kind of [lowerIsBetter, higherIsBetter]) {
    const found = preferred.find(key => kind.test(words(key)));
    if (found !== undefined) chosen.add(found);
  }
  for (const key of preferred) if (chosen.size < limit) chosen.add(key);
  return [...chosen].slice(0, limit);
}

/** So much of a name leaves room for its value in one line. */
const shortLength = 20;

/** The name, of a longer one its last words: `validation/digits/metric_loss` is `…metric_loss`. */
export function shortMetric(key: string): string {
  const characters = Array.from(key);
  if (characters.length <= shortLength) return key;
  const end = characters.slice(1 - shortLength).join('');
  const word = /[-_/. ](.+)$/u.exec(end)?.[1] ?? end;
  return `…${word}`;
}

/** The best value where the name says which way is better. */
export function bestValue(key: string, summary: MetricSummary): number | undefined {
  const name = words(key);
  if (lowerIsBetter.test(name)) return summary.min;
  return higherIsBetter.test(name) ? summary.max : undefined;
}

function heldOut(key: string): number {
  return /\b(?:val|valid|validation|eval|test|dev)\b/i.test(words(key)) ? 1 : 0;
}

function words(key: string): string {
  return key.replaceAll(/[-_/.]+/g, ' ');
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
