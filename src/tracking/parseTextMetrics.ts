/**
 * Finds the metrics in a line printed for people: `Epoch 3/10 - loss: 0.4 - accuracy: 0.9`, Keras and tqdm bars,
 * dicts printed by Hugging Face's Trainer, `step=10 loss=0.3`, boosting rounds, `step 10: train loss 4.2, val loss 4.3`.
 *
 * Conservative. A line counts when it names a measurement with a fractional value, or a step together with fractional
 * values; a number counts when nothing follows that makes it something else (a unit, a path, a clock, prose). Bars
 * count in their last state only.
 */
import { boundedKey, meaningOf } from './metricNames.ts';
import { isMeasurementName } from './metricVocabulary.ts';
import { parsePythonDict, pythonNumber, type PythonValue } from './pythonLiteral.ts';
import { findTextStep } from './textStep.ts';
import type { ReportedLine } from './reportedLine.ts';

const longestLine = 2048;
/** Cheap tests that all but a few lines of an ordinary log fail, so that these cost almost nothing. */
const holdsValue = /[:=]\s*[-+]?(?:\.?\d|nan|inf)|(?:step|iter|epoch|round|episode|update|^\s*\[?\d)/i;
const holdsEvidence =
  /step|iter|epoch|round|episode|update|it[:=]|^\s*\[?\d|loss|acc|auc|auroc|auprc|f1|fbeta|precision|recall|ma[ep]|mse|smape|rmsle|nll|ppl|perplex|bp[bc]|bleu|rouge|meteor|cider|[wc]er|mcc|kappa|r2|ndcg|iou|dice|psnr|ssim|lpips|fid|kl|elbo|entropy|reward|score|sharpe|top[15]|err|objective|l[12]|hinge|devian|likelihood|specificity|sensitivity|gnorm|grad/i;
const mostPairs = 200;

interface Pair {
  readonly key: string;
  readonly value: number;
  /** Printed with a fraction, an exponent, a per cent sign, or not finite: counters and codes are not. */
  readonly measured: boolean;
  /** The name was printed as several words. */
  readonly spacedName?: boolean;
}

/** The metrics of `line` (already free of colours and launcher prefixes), or undefined when it holds none. */
export function parseTextMetrics(line: string): ReportedLine | undefined {
  return readTextLine(line)?.report;
}

export interface TextLine {
  readonly report: ReportedLine;
  /** What kind of bar the line was, and whether it said where within an epoch it is; see {@link findTextStep}. */
  readonly bar?: 'keras' | 'tqdm';
  readonly withinEpoch: boolean;
}

/** Like {@link parseTextMetrics}, with what a reader of several lines needs to place those without a step. */
export function readTextLine(line: string): TextLine | undefined {
  if (line.length < 5 || line.length > longestLine || !holdsValue.test(line) || !holdsEvidence.test(line))
    return undefined;
  const text = line.trim();
  // JSON is read as such, by the reader of reports.
  if (/^\{\s*"/.test(text)) return undefined;
  const dict = dictWithin(text);
  if (dict !== undefined) {
    const report = reportOfDict(dict);
    return report === undefined ? undefined : { report, withinEpoch: false };
  }
  if (text.startsWith('{')) return undefined;
  const place = findTextStep(text);
  if (place.unfinishedBar) return undefined;
  const pairs = findPairs(place.rest, place.named);
  const rank = pairs.find(pair => meaningOf(pair.key).rank)?.value;
  const metrics = withPhase(pairs.filter(pair => isChartable(pair.key)));
  const evidence = metrics.some(pair => pair.measured && (place.named || isMeasurementName(pair.key)));
  if (!evidence) return undefined;
  const { bar, withinEpoch } = place;
  return { report: reportOf(metrics, place.step, rank), withinEpoch, ...(bar === undefined ? {} : { bar }) };
}

/** In `train Loss: 0.4 Acc: 0.9` the accuracy is the training's too; without that, `val` would overwrite it. */
function withPhase(pairs: readonly Pair[]): readonly Pair[] {
  const phase = /^(train|training|val|valid|validation|test|eval|dev)_[A-Za-z]/i.exec(
    pairs[0]?.key ?? '',
  )?.[1];
  if (phase === undefined || !pairs[0]?.spacedName || pairs.slice(1).some(pair => pair.spacedName))
    return pairs;
  return pairs.map(pair => (pair === pairs[0] ? pair : { ...pair, key: `${phase}_${pair.key}` }));
}

function reportOf(
  metrics: readonly { key: string; value: number }[],
  step: number | undefined,
  rank: number | undefined,
): ReportedLine {
  return {
    metrics: metrics.map(({ key, value }) => ({ key: boundedKey(key), value })),
    ...(step === undefined ? {} : { step }),
    ...(rank === undefined || !Number.isInteger(rank) || rank < 0 ? {} : { rank }),
    parameters: {},
  };
}

function isChartable(key: string): boolean {
  const { never, withinEpoch, step } = meaningOf(key);
  return !never && !withinEpoch && step < 0;
}

/** A printed dict: the whole line, or what follows a logger's `INFO:trainer:` in front. */
function dictWithin(text: string): Record<string, PythonValue> | undefined {
  const start = text.indexOf('{');
  if (start < 0 || !text.endsWith('}') || start > 200) return undefined;
  return parsePythonDict(text.slice(start));
}

function reportOfDict(dict: Record<string, PythonValue>): ReportedLine | undefined {
  const numbers: Pair[] = [];
  collectNumbers('', dict, numbers);
  let step: { readonly value: number; readonly preference: number } | undefined;
  for (const { key, value } of numbers) {
    const preference = meaningOf(key).step;
    if (preference >= 0 && Number.isFinite(value) && preference < (step?.preference ?? Infinity))
      step = { value, preference };
  }
  const rank = numbers.find(({ key }) => meaningOf(key).rank)?.value;
  const metrics = numbers.filter(({ key }) => isChartable(key.slice(key.lastIndexOf('/') + 1)));
  const evidence = metrics.some(
    ({ key, measured }) => measured && (step !== undefined || isMeasurementName(key)),
  );
  return evidence ? reportOf(metrics, step?.value, rank) : undefined;
}

/** Newer Trainers print numbers as quoted text: `{'loss': '2.429', 'epoch': '0.5'}`. */
function collectNumbers(prefix: string, dict: Record<string, PythonValue>, into: Pair[]): void {
  for (const [name, value] of Object.entries(dict)) {
    const key = prefix === '' ? name : `${prefix}/${name}`;
    if (typeof value === 'object' && value !== null) collectNumbers(key, value, into);
    else if (typeof value === 'number') into.push({ key, value, measured: true });
    else if (typeof value === 'string') {
      const number = pythonNumber(value);
      if (number !== undefined) into.push({ key, value: number, measured: /[.e]|n/i.test(value) });
    }
  }
}

const word = String.raw`[A-Za-z_][\w./@'%-]*(?:\(\w*\))?`;
const words = String.raw`${word}(?: (?:${word}|\(\w+\))){0,4}`;
const number = String.raw`[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|NaN|inf|Inf|infinity)`;
const end = String.raw`(\s?%)?(?=$|[\s,;|)\]}])`;
const forms = {
  /** `key=value`: tight, so whatever stands around it does not matter. */
  assigned: new RegExp(String.raw`(?<![\w./:@-])(${word})\s?=\s?(${number})${end}`, 'g'),
  /** `some key: value`, where prose must not follow. */
  labelled: new RegExp(
    String.raw`(?<![\w./@-])(${words}): ?(${number})${end}(?=\s*(?:$|[,;|()[\]{}–-]|${words} ?[:=]))`,
    'g',
  ),
  /** `validation_0-logloss:0.65`, for measurements alone: `localhost:8080` looks the same. */
  joined: new RegExp(String.raw`(?<![\w./@-])(${word}):(${number})${end}`, 'g'),
  /** `loss 0.4`, for measurements alone, in a line that names its step. */
  spaced: new RegExp(
    String.raw`(?<=^\s*|[,;|:(\t]\s*|\s{2}|\s-\s|\d\)?\s)(${word}(?: ${word}){0,2}) +(${number})${end}`,
    'g',
  ),
};
const levelWords = /^(?:(?:INFO|DEBUG|WARNING|WARN|TRACE|NOTICE)\s+)+/;

function findPairs(text: string, named: boolean): Pair[] {
  // Addresses out; one blank at most beside a colon or an equals sign, whatever the columns were padded to.
  const even = text
    .replace(/[a-z][a-z\d+.-]*:\/\/\S*/gi, ' ')
    .replace(/([:=]) {2,}(?=[-+.\dnNiI])/g, '$1 ')
    .replace(/(\w) +([:=])/g, '$1$2');
  const found = new Map<string, Pair & { readonly at: number }>();
  const collect = (form: RegExp, measurementsOnly: boolean): void => {
    for (const match of even.matchAll(form)) {
      const [, name = '', valueText = '', percent] = match;
      const key = name.replace(levelWords, '').replace(/\.? /g, '_');
      const value = pythonNumber(valueText);
      if (value === undefined || found.size >= mostPairs || found.has(key)) continue;
      if (measurementsOnly && !isMeasurementName(name.slice(name.lastIndexOf(' ') + 1))) continue;
      const measured = percent !== undefined || !/^[+-]?\d+$/.test(valueText);
      found.set(key, { at: match.index, key, value, measured, spacedName: name.includes(' ') });
    }
  };
  if (even.includes('=')) collect(forms.assigned, false);
  if (even.includes(': ')) collect(forms.labelled, false);
  if (/:[-+.\dni]/i.test(even)) collect(forms.joined, true);
  if (named) collect(forms.spaced, true);
  return [...found.values()].sort((a, b) => a.at - b.at);
}
