/**
 * The first sentence of the report, and the cause: why the outcome is not identical. Invariant: both are made from
 * what was compared and recorded; a guess is worded as one.
 */
import {
  differenceSentences,
  differsHarmlessly,
  hasCandidate,
  lastValueSentence,
  operationSentence,
  shapeSentence,
  unknownSentence,
} from '../cause/causeSentences.ts';
import { countedMetrics, failureText, isOrderOpen, isSeedUnseen } from './explainedItems.ts';
import { isTouched, touchedMend } from '../restore/touchedWorkspace.ts';
import type { ExplainedItems } from './explainedItems.ts';
import { firstSentence } from './firstSentence.ts';
import type { Grade } from './gradeReproduction.ts';

export interface Explanation {
  readonly sentence: string;
  /** Null when the verdict is identical. */
  readonly cause: string | null;
}

export function explainVerdict(grade: Grade, items: ExplainedItems): Explanation {
  const sentence = firstSentence(grade, items);
  if (grade.verdict === 'identical') return { sentence, cause: null };
  return { sentence, cause: causeOf(grade, items) };
}

function causeOf(grade: Grade, items: ExplainedItems): string {
  const escaped = items.escapedModules;
  const touched = items.touched !== undefined && isTouched(items.touched) ? items.touched : undefined;
  if (isNothingCompared(grade) && escaped.length === 0 && touched === undefined)
    return nothingCompared(items);
  const sentences: string[] = [];
  if (escaped.length > 0)
    sentences.push(
      `${escaped.map(one => one.module).join(', ')} came from outside the private checkout, so it is not the recorded code that ran.`,
    );
  if (touched !== undefined) sentences.push(touchedMend(touched));
  if (grade.end === 'only-reproduction-failed')
    sentences.push(`The reproduction failed: ${failureText(items.reproduced)}.`, items.failureCause ?? '');
  const differing = differenceSentences(items.ingredients, items.divergence);
  sentences.push(...differing);
  const apart = grade.verdict === 'diverged' || grade.worst === 'within-tolerance';
  if (differing.length === 0 && apart)
    sentences.push('No recorded ingredient differs.', orderSentence(items), shapeGuess(items));
  else if (apart && differsHarmlessly(items.ingredients)) sentences.push(shapeGuess(items));
  else if (items.divergence !== undefined && apart && items.divergence.shape !== 'unclear')
    sentences.push(shapeGuess(items));
  if (items.operation !== undefined) sentences.push(operationSentence(items.operation));
  if (grade.verdict === 'diverged' && items.divergence !== undefined) {
    const { key } = items.divergence;
    sentences.push(
      lastValueSentence(items.metrics.find(metric => metric.verdict.key === key)?.verdict) ?? '',
    );
  }
  if (grade.verdict !== 'within-tolerance') sentences.push(unknownSentence(items.ingredients) ?? '');
  if (items.caps.length > 0) sentences.push(`Not identical at best: ${items.caps.join('; ')}.`);
  const late = countedMetrics(items).find(
    metric => metric.defaultTolerance && (metric.firstStepBeyondTolerance ?? 0) > laterThanFirstSteps,
  );
  if (grade.verdict === 'diverged' && late !== undefined)
    sentences.push(
      'The default tolerances hold for the first steps only; set tolerances for this experiment in lockstep.yaml to judge later ones.',
    );
  sentences.push(probeAdvice(items), outputAdvice(grade, items));
  const text = sentences.filter(sentence => sentence !== '').join(' ');
  return text === '' ? firstSentence(grade, items) : text;
}

/** What differs, or is not known, is no cause of a verdict that had nothing to go by. A reproduction that failed has one. */
function isNothingCompared({ worst, end }: Grade): boolean {
  return worst === undefined && end !== 'only-reproduction-failed';
}

function nothingCompared({ ownServers, unreadLines = [] }: ExplainedItems): string {
  if (unreadLines.length > 0)
    return `There was nothing to compare: printed lines look like metrics (${unreadLines.slice(0, 3).join(', ')}), and nobody reads them; metricLines: true in lockstep.yaml makes them metrics of further runs.`;
  return ownServers?.original === true
    ? 'There was nothing to compare.'
    : 'There was nothing to compare: log a metric, or name a file that the command writes with --output.';
}

/** A probe that is as long as the run tells a rare event from a real difference, and more of them how often it comes. */
function probeAdvice(items: ExplainedItems): string {
  const open = countedMetrics(items).filter(
    ({ band, verdict }) =>
      band !== undefined &&
      verdict.verdict === 'inconclusive' &&
      (band.open === undefined || (band.open === 'band-too-wide' && band.fewValues === true)),
  );
  const last = Math.max(...open.map(({ lastCommonStep = 0 }) => lastCommonStep));
  if (open.length === 0 || items.runId === undefined) return '';
  const isShort = open.some(({ band }) => (band?.throughStep ?? 0) < last);
  return `${isShort ? 'A probe of the whole length tells' : 'More probes of the whole length tell'} whether this happens by itself: lockstep probe ${items.runId.slice(-6)} --steps ${last + 1}.`;
}

/** Noise that a tolerance excuses in metrics is in the files that repeat them, too. */
function outputAdvice({ verdict }: Grade, items: ExplainedItems): string {
  const differing = items.outputs.find(output => !output.volatile && output.verdict === 'diverged');
  if (verdict !== 'diverged' || differing === undefined) return '';
  if (countedMetrics(items).some(metric => metric.verdict.verdict === 'diverged')) return '';
  return `Where ${differing.path} may differ, name it under volatile: outputs: in lockstep.yaml.`;
}

/** Differences of rounding grow with every step; after so many, a default tolerance says nothing. */
const laterThanFirstSteps = 10;

/** What is known of the program comes before what the shape of the curves may tell. */
function orderSentence(items: ExplainedItems): string {
  if (!isOrderOpen(items) || hasCandidate(items.ingredients, items.divergence)) return '';
  const ask =
    items.reproductionId === undefined ? '' : `; lockstep find-cause ${items.reproductionId.slice(-6)} tells`;
  return `PYTHONHASHSEED was not set, so the sets of the program had another order in each run, which may be why${ask}.`;
}

/** What the shape of the difference suggests. */
function shapeGuess(items: ExplainedItems): string {
  const noSeed = isSeedUnseen(items);
  const candidate = hasCandidate(items.ingredients, items.divergence);
  if (items.divergence !== undefined) return shapeSentence(items.divergence, items.ingredients, !noSeed);
  const files = items.outputs.filter(output => !output.volatile && output.verdict !== 'identical');
  return candidate ||
    files.length === 0 ||
    countedMetrics(items).some(metric => metric.verdict.verdict === 'diverged')
    ? ''
    : 'The program may write times, random values, paths or an unsorted listing into the file, or go on from what an earlier run left there.';
}
