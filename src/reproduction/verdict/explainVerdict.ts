/**
 * The first sentence of the report, and the cause: why the outcome is not identical. Invariant: both are made from
 * what was compared and recorded; a guess is worded as one.
 */
import type { DifferingOperation, Ingredient, OutputVerdict } from '../../runs/verdict.ts';
import {
  differenceSentences,
  isExplained,
  lastValueSentence,
  operationSentence,
  shapeSentence,
  unknownSentence,
} from '../cause/causeSentences.ts';
import type { Divergence } from '../cause/findDivergence.ts';
import { bandSizeText, probeText } from '../comparison/bandSentence.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import type { Grade, GradedItems, RunEnd } from './gradeReproduction.ts';
import { unheardSentence } from '../comparison/unheardMetrics.ts';
import type { OwnServers } from '../comparison/unheardMetrics.ts';

export interface Explanation {
  readonly sentence: string;
  /** Null when the verdict is identical. */
  readonly cause: string | null;
}

export interface ExplainedItems extends GradedItems {
  readonly ingredients: readonly Ingredient[];
  /** The first that computed something else, where both runs recorded theirs. */
  readonly operation?: DifferingOperation | undefined;
  /** Where the counted metrics part; undefined when they do not. */
  readonly divergence?: Divergence | undefined;
  /** To how many decimals the metrics are stored, undefined for all bits. */
  readonly storedDecimals?: number | undefined;
  /** Which of the runs logs to an MLflow server of its own. */
  readonly ownServers?: OwnServers | undefined;
  /** Of the original. */
  readonly runId?: string | undefined;
  /** The first step that was compared, where the reproduction went on from a checkpoint. */
  readonly fromStep?: number | undefined;
}

export function explainVerdict(grade: Grade, items: ExplainedItems): Explanation {
  const sentence = sentenceOf(grade, items);
  if (grade.verdict === 'identical') return { sentence, cause: null };
  return { sentence, cause: causeOf(grade, items) };
}

function sentenceOf(grade: Grade, items: ExplainedItems): string {
  const counted = countedMetrics(items);
  switch (grade.verdict) {
    case 'identical':
      return grade.end === 'same-failure'
        ? `Identical: the same failure, ${failureText(items.original)}${equalItems(items)}.`
        : grade.throughStep === undefined
          ? `Identical${fromText(items)}: ${countText(items)} ${equal(pointCount(items) + countedOutputs(items).length)} the original, ${precisionText(items)}.`
          : `Identical${fromText(items)} through step ${grade.throughStep}: ${pointsText(items)} ${equal(pointCount(items))} the original, ${precisionText(items)}.`;
    case 'within-tolerance': {
      const furthest = furthestMetric(counted);
      const through =
        fromText(items) + (grade.throughStep === undefined ? '' : ` through step ${grade.throughStep}`);
      if (furthest !== undefined)
        return `Within tolerance${through}: ${furthest.verdict.key} differs by at most ${relativeText(furthest)}, first at step ${furthest.verdict.firstDifferingStep ?? 0}${noiseText(counted, furthest)}${randomStartText(furthest, items)}.`;
      const model = items.outputs.find(output => output.verdict === 'within-tolerance' && !output.volatile);
      if (model !== undefined)
        return `Within tolerance${through}: every counted metric is identical, but the ${model.tensors === undefined ? 'bytes' : 'tensors'} of ${model.path} differ.`;
      return `Within tolerance${through} at best: what was compared is identical, but ${items.caps[0] ?? 'an ingredient could not be verified'}.`;
    }
    case 'diverged':
      return divergedSentence(grade, items);
    case 'inconclusive':
      return inconclusiveSentence(grade, items);
  }
}

/** Of one that went on from a checkpoint. */
function fromText({ fromStep }: ExplainedItems): string {
  return fromStep === undefined ? '' : ` from step ${fromStep}`;
}

function divergedSentence(grade: Grade, items: ExplainedItems): string {
  if (grade.end === 'only-original-failed')
    return `Diverged: the original failed with ${failureText(items.original)}, the reproduction finished.`;
  if (grade.end === 'other-failure')
    return `Diverged: the original failed with ${failureText(items.original)}, the reproduction with ${failureText(items.reproduced)}.`;
  const first = firstDiverged(countedMetrics(items));
  if (first !== undefined) {
    const { verdict } = first;
    if (verdict.comparedPoints === 0 && verdict.missingSteps > 0)
      return `Diverged: the reproduction has no metric ${verdict.key}.`;
    if (verdict.comparedPoints === 0 && verdict.extraSteps > 0)
      return `Diverged: the original has no metric ${verdict.key}.`;
    if (first.firstStepBeyondTolerance === undefined)
      return `Diverged: ${verdict.key} has ${stepsText(verdict.missingSteps, verdict.extraSteps)}.`;
    return `Diverged from step ${first.firstStepBeyondTolerance}: ${verdict.key} differs by up to ${relativeText(first)}${beyondNoiseText(first)}.`;
  }
  const output = items.outputs.find(one => one.verdict === 'diverged' && !one.volatile);
  const agree =
    countedMetrics(items).length > 0
      ? `every counted metric ${agreementText(countedMetrics(items))}, but `
      : '';
  if (output === undefined) return 'Diverged.';
  return `Diverged: ${agree}${output.path} differs. ${output.sentence ?? ''}`.trimEnd();
}

function inconclusiveSentence(grade: Grade, items: ExplainedItems): string {
  const escaped = items.escapedModules[0];
  if (escaped !== undefined)
    return `Inconclusive: code from outside the private checkout was loaded (${escaped.module} from ${escaped.path}).`;
  const through =
    grade.throughStep === undefined
      ? ''
      : grade.worst === 'within-tolerance'
        ? `, within tolerance through step ${grade.throughStep}`
        : `, identical through step ${grade.throughStep}`;
  if (grade.end === 'only-reproduction-failed')
    return `Inconclusive${through}: the reproduction failed with ${failureText(items.reproduced)}.`;
  if (grade.end === 'cut-short') {
    const which =
      items.reproduced.state === 'cancelled' || items.reproduced.state === 'lost'
        ? 'reproduction'
        : 'original';
    const end = (which === 'reproduction' ? items.reproduced : items.original).state;
    return `Inconclusive${through}: the ${which} was ${end === 'lost' ? 'lost' : 'cancelled'} before its end.`;
  }
  const output = items.outputs.find(one => one.verdict === 'inconclusive' && !one.volatile);
  if (output !== undefined)
    return `Inconclusive: ${output.path} could not be compared. ${output.sentence ?? ''}`.trimEnd();
  const metric = countedMetrics(items).find(one => one.verdict.verdict === 'inconclusive');
  if (metric?.band?.uncovered === true)
    return `Inconclusive${through}: ${metric.verdict.key} differs from step ${metric.band.firstUnknownStep ?? 0} on, which is not covered by the ${probeText(metric.band)}.`;
  if (metric !== undefined)
    return metric.band !== undefined
      ? `Inconclusive${through} by noise alone: ${metric.verdict.key} differs. ${metric.verdict.sentence ?? ''}`
      : metric.verdict.sentence === undefined
        ? `Inconclusive: ${metric.verdict.key} has no step that both runs share.`
        : `Inconclusive: ${metric.verdict.key} could not be compared. ${metric.verdict.sentence}`;
  if (items.ownServers?.original === true)
    return `Inconclusive: nothing was compared. ${unheardSentence('original')}`;
  return 'Inconclusive: the two runs have no metric and no output that counts, so nothing was compared.';
}

/** Within its noise is not equal. */
function agreementText(counted: readonly MetricComparison[]): string {
  const apart = counted.filter(({ verdict }) => verdict.verdict === 'within-tolerance');
  if (apart.length === 0) return 'agrees';
  return apart.every(({ band }) => band !== undefined) ? 'is within its noise' : 'is within its tolerance';
}

/** Where a noise band decided on all that differs: `, within the noise of this machine (probe of 200 steps, band 0.3 at step 9)`. */
function noiseText(counted: readonly MetricComparison[], furthest: MetricComparison): string {
  const differing = counted.filter(metric => metric.verdict.maxRelativeDifference !== undefined);
  const [first] = differing.map(metric => metric.band);
  if (first === undefined || differing.some(metric => metric.band === undefined)) return '';
  return `, within the noise of this machine (${probeText(first)}${bandSizeText(furthest.band ?? first)})`;
}

function beyondNoiseText({ band, firstStepBeyondTolerance = 0 }: MetricComparison): string {
  if (band === undefined) return '';
  if (!band.zero) return `, more than the noise of this machine (${probeText(band)}${bandSizeText(band)})`;
  return firstStepBeyondTolerance > band.throughStep
    ? `, after the end of a ${probeText(band)} in which it was equal`
    : `, and was equal in the ${probeText(band)}`;
}

function causeOf(grade: Grade, items: ExplainedItems): string {
  const sentences: string[] = [];
  const escaped = items.escapedModules;
  if (escaped.length > 0)
    sentences.push(
      `${escaped.map(one => one.module).join(', ')} came from outside the private checkout, so it is not the recorded code that ran.`,
    );
  if (grade.end === 'only-reproduction-failed')
    sentences.push(`The reproduction failed: ${failureText(items.reproduced)}.`);
  const differing = differenceSentences(items.ingredients, items.divergence);
  sentences.push(...differing);
  const apart = grade.verdict === 'diverged' || grade.worst === 'within-tolerance';
  if (differing.length === 0 && apart) sentences.push('No recorded ingredient differs.', shapeGuess(items));
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
  sentences.push(probeAdvice(items));
  const text = sentences.filter(sentence => sentence !== '').join(' ');
  return text === '' ? sentenceOf(grade, items) : text;
}

/** A probe that is as long as the run tells a rare event from a real difference. */
function probeAdvice(items: ExplainedItems): string {
  const short = countedMetrics(items).filter(({ band }) => band?.uncovered === true);
  const last = Math.max(...short.map(({ lastCommonStep = 0 }) => lastCommonStep));
  if (short.length === 0 || items.runId === undefined) return '';
  return `A probe of the whole length tells whether this happens by itself: lockstep probe ${items.runId.slice(-6)} --steps ${last + 1}.`;
}

/** Differences of rounding grow with every step; after so many, a default tolerance says nothing. */
const laterThanFirstSteps = 10;

function isSeedUnseen({ ingredients }: ExplainedItems): boolean {
  const row = ingredients.find(one => one.name === 'parameters');
  return row?.differences.some(line => line.startsWith('seed unknown')) === true;
}

/** Runs that are apart from their first value on, without a seed, are no more than two of one kind. */
function randomStartText({ verdict, firstStep }: MetricComparison, items: ExplainedItems): string {
  return isSeedUnseen(items) &&
    verdict.firstDifferingStep !== undefined &&
    verdict.firstDifferingStep === firstStep
    ? '; no seed was seen: alike only as two random starts are'
    : '';
}

/** What the shape of the difference suggests. */
function shapeGuess(items: ExplainedItems): string {
  const noSeed = isSeedUnseen(items);
  if (items.divergence !== undefined)
    return shapeSentence(items.divergence, !noSeed, isExplained(items.ingredients, items.divergence));
  return countedMetrics(items).some(metric => metric.verdict.verdict === 'diverged')
    ? ''
    : 'The program may write times, random values or an unsorted listing into the file.';
}

function countedMetrics(items: ExplainedItems): MetricComparison[] {
  return items.metrics.filter(metric => !metric.verdict.volatile);
}

function firstDiverged(metrics: readonly MetricComparison[]): MetricComparison | undefined {
  const diverged = metrics.filter(metric => metric.verdict.verdict === 'diverged');
  const at = (metric: MetricComparison): number =>
    metric.firstStepBeyondTolerance ?? metric.verdict.firstDifferingStep ?? Infinity;
  return diverged.reduce<MetricComparison | undefined>(
    (first, metric) => (first === undefined || at(metric) < at(first) ? metric : first),
    undefined,
  );
}

function furthestMetric(metrics: readonly MetricComparison[]): MetricComparison | undefined {
  return metrics
    .filter(metric => metric.verdict.maxRelativeDifference !== undefined)
    .reduce<MetricComparison | undefined>(
      (worst, metric) =>
        worst === undefined ||
        (metric.verdict.maxRelativeDifference ?? 0) > (worst.verdict.maxRelativeDifference ?? 0)
          ? metric
          : worst,
      undefined,
    );
}

function relativeText(metric: MetricComparison): string {
  const relative = metric.verdict.maxRelativeDifference ?? 0;
  if (Number.isFinite(relative)) return `a relative ${relative.toExponential(1)}`;
  const absolute = metric.verdict.maxAbsoluteDifference ?? Infinity;
  return Number.isFinite(absolute) ? absolute.toExponential(1) : 'an infinite amount';
}

function failureText(end: RunEnd): string {
  if (end.failure !== undefined) return end.failure.replace(/\.$/, '');
  if (end.exceptionType !== undefined) return end.exceptionType;
  if (end.signal !== undefined) return `signal ${end.signal}`;
  return end.exitCode === undefined ? 'an unknown error' : `exit code ${end.exitCode}`;
}

function pointCount(items: ExplainedItems): number {
  return countedMetrics(items).reduce((sum, metric) => sum + metric.verdict.comparedPoints, 0);
}

function pointsText(items: ExplainedItems): string {
  const points = pointCount(items);
  return points === 1 ? 'the one metric point' : `all ${points.toLocaleString('en-US')} metric points`;
}

function countedOutputs(items: ExplainedItems): OutputVerdict[] {
  return items.outputs.filter(output => !output.volatile);
}

function countText(items: ExplainedItems): string {
  const points = pointCount(items);
  const outputs = countedOutputs(items).length;
  const files = outputs === 1 ? '1 output' : `${outputs} outputs`;
  if (points === 0) return outputs === 1 ? 'the one output' : `all ${outputs} outputs`;
  return outputs === 0 ? pointsText(items) : `${pointsText(items)} and ${files}`;
}

function equal(count: number): string {
  return count === 1 ? 'equals' : 'equal';
}

function equalItems(items: ExplainedItems): string {
  return pointCount(items) === 0
    ? ''
    : `, and ${pointsText(items)} before it ${equal(pointCount(items))} the original`;
}

function precisionText(items: ExplainedItems): string {
  const { storedDecimals } = items;
  if (storedDecimals === undefined || pointCount(items) === 0) return 'to the last stored bit';
  return storedDecimals === 1
    ? 'to the one decimal that was logged'
    : `to the ${storedDecimals} decimals that were logged`;
}

function stepsText(missing: number, extra: number): string {
  const parts: string[] = [];
  if (missing > 0) parts.push(`${missing} ${missing === 1 ? 'point' : 'points'} fewer`);
  if (extra > 0) parts.push(`${extra} ${extra === 1 ? 'point' : 'points'} more`);
  return `${parts.join(' and ')} than the original`;
}
