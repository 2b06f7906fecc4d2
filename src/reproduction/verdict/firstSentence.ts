/** The first sentence of the report: the outcome, and what decided it. Invariant: it claims nothing but what was compared. */
import type { OutputVerdict } from '../../runs/verdict.ts';
import { bandSizeText, learntText, probeText, tooWideText } from '../comparison/bandSentence.ts';
import type { BandUse } from '../comparison/bandUse.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import { unheardSentence } from '../comparison/unheardMetrics.ts';
import { formatRelative } from '../../series/formatNumber.ts';
import { isTouched, touchedSentence } from '../restore/touchedWorkspace.ts';
import { isSeedless } from '../cause/causeSentences.ts';
import { countedMetrics, failureText, isSeedUnseen } from './explainedItems.ts';
import type { ExplainedItems } from './explainedItems.ts';
import type { Grade } from './gradeReproduction.ts';
import { precisionText } from './storedPrecision.ts';

export function firstSentence(grade: Grade, items: ExplainedItems): string {
  const counted = countedMetrics(items);
  switch (grade.verdict) {
    case 'identical':
      return grade.end === 'same-failure'
        ? `Identical: the same failure, ${sameFailureText(items)}${equalItems(items)}.`
        : grade.throughStep === undefined
          ? `Identical${fromText(items)}: ${countText(items)} ${equal(pointCount(items) + countedOutputs(items).length)} the original, ${precision(items)}${notCountedText(items)}.`
          : `Identical${fromText(items)} through step ${grade.throughStep}: ${pointsText(items)} ${equal(pointCount(items))} the original, ${precision(items)}${notCountedText(items)}.`;
    case 'within-tolerance': {
      const furthest = furthestMetric(counted);
      const through =
        fromText(items) + (grade.throughStep === undefined ? '' : ` through step ${grade.throughStep}`);
      if (furthest !== undefined)
        return `Within tolerance${through}: ${furthest.verdict.key} differs by at most ${relativeText(furthest)}, first at step ${furthest.verdict.firstDifferingStep ?? 0}${noiseText(counted, furthest)}${randomStartText(furthest, items)}${notCountedText(items)}.`;
      const model = items.outputs.find(output => output.verdict === 'within-tolerance' && !output.volatile);
      if (model !== undefined)
        return `Within tolerance${through}: every counted metric is identical, but the ${model.tensors === undefined ? 'bytes' : 'tensors'} of ${model.path} differ${notCountedText(items)}.`;
      if (grade.end === 'same-failure')
        return `Within tolerance at best: the same failure, ${sameFailureText(items)}${equalItems(items)}, but ${items.caps[0] ?? 'an ingredient could not be verified'}.`;
      return `Within tolerance${through} at best: what was compared is identical, but ${items.caps[0] ?? 'an ingredient could not be verified'}.`;
    }
    case 'diverged':
      return divergedSentence(grade, items);
    case 'inconclusive':
      return inconclusiveSentence(grade, items);
  }
}

/** Two that are the same failure may have other numbers in their words: addresses, process numbers, values. */
function sameFailureText({ original, reproduced }: ExplainedItems): string {
  const [was, is] = [failureText(original), failureText(reproduced)];
  return was === is ? was : `${was} (with other numbers: ${is})`;
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
    if (verdict.comparedPoints === 0 && verdict.missingSteps > 0 && verdict.extraSteps > 0)
      return `Diverged: the two runs have no step of ${verdict.key} in common.`;
    if (verdict.comparedPoints === 0 && verdict.missingSteps > 0)
      return `Diverged: the reproduction has no metric ${verdict.key}.`;
    if (verdict.comparedPoints === 0 && verdict.extraSteps > 0)
      return `Diverged: the original has no metric ${verdict.key}.`;
    if (first.lastDigits !== undefined)
      return `Diverged from step ${first.lastDigits.step}: ${verdict.key} is ${first.lastDigits.now} instead of ${first.lastDigits.original}.`;
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
  if (items.touched !== undefined && isTouched(items.touched))
    return `Inconclusive: ${touchedSentence(items.touched)}`;
  const strange = items.strangeData?.[0] ?? (grade.worst === 'diverged' ? items.doubts?.[0] : undefined);
  if (strange !== undefined) return `Inconclusive: ${strange}.`;
  const through =
    grade.throughStep === undefined
      ? ''
      : grade.worst === 'within-tolerance'
        ? `, within tolerance through step ${grade.throughStep}`
        : `, identical through step ${grade.throughStep}`;
  if (grade.end === 'only-reproduction-failed')
    return `Inconclusive${through}: the reproduction failed with ${failureText(items.reproduced)}.`;
  const absent = countedMetrics(items).find(one => one.cutFrom !== undefined && one.unreached !== true);
  if (grade.end === 'cut-short' && absent !== undefined)
    return `Inconclusive: ${absent.verdict.key} could not be compared. ${absent.verdict.sentence ?? ''}`.trimEnd();
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
  if (metric?.band?.uncovered === true) {
    const { firstUnknownStep = 0, throughStep } = metric.band;
    const probe = probeText(metric.band);
    return `Inconclusive${through}: ${metric.verdict.key} differs from step ${firstUnknownStep} on, ${firstUnknownStep > throughStep ? `which is not covered by the ${probe}` : `perhaps after a rare event that the ${probe} did not meet`}.`;
  }
  if (metric?.band?.open !== undefined) return `Inconclusive${through}: ${openText(metric, metric.band)}.`;
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

/** No further apart than a noise band allows, and yet not known to be noise. */
function openText(metric: MetricComparison, band: BandUse): string {
  const differs = `${metric.verdict.key} differs by up to ${relativeText(metric)}`;
  return band.open === 'explained'
    ? `${differs}, as noise of this machine may (${learntText(band)}${bandSizeText(band)}), but what differs can explain it as well (${band.explanation ?? ''})`
    : `${differs}, and ${tooWideText(band)}${bandSizeText(band)}`;
}

/** Within its noise is not equal. */
function agreementText(counted: readonly MetricComparison[]): string {
  const apart = counted.filter(({ verdict }) => verdict.verdict === 'within-tolerance');
  if (apart.length === 0) return 'agrees';
  return apart.every(({ band }) => band !== undefined) ? 'is within its noise' : 'is within its tolerance';
}

/** Where a noise band decided on all that differs: `, within the noise of this machine (probe through step 199, band 0.3 at step 9)`. */
function noiseText(counted: readonly MetricComparison[], furthest: MetricComparison): string {
  const differing = counted.filter(metric => metric.verdict.maxRelativeDifference !== undefined);
  const [first] = differing.map(metric => metric.band);
  if (first === undefined || differing.some(metric => metric.band === undefined)) return '';
  return `, within the noise of this machine (${learntText(first)}${bandSizeText(furthest.band ?? first)})`;
}

function beyondNoiseText({ band, firstStepBeyondTolerance = 0 }: MetricComparison): string {
  if (band === undefined) return '';
  if (!band.zero) return `, more than the noise of this machine (${learntText(band)}${bandSizeText(band)})`;
  return firstStepBeyondTolerance > band.throughStep
    ? `, after the end of the ${probeText(band)} in which it was equal`
    : `, and was equal in the ${probeText(band)}`;
}

/** Runs that are apart from their first value on, without a seed, are no more than two of one kind. */
function randomStartText({ verdict, firstStep }: MetricComparison, items: ExplainedItems): string {
  return isSeedUnseen(items) &&
    verdict.firstDifferingStep !== undefined &&
    verdict.firstDifferingStep === firstStep
    ? `; ${isSeedless(items.ingredients) ? 'no seed was seen' : 'not every generator has a seed'}: alike only as two random starts are`
    : '';
}

function firstDiverged(metrics: readonly MetricComparison[]): MetricComparison | undefined {
  const diverged = metrics.filter(metric => metric.verdict.verdict === 'diverged');
  const at = (metric: MetricComparison): number =>
    metric.firstStepBeyondTolerance ?? metric.verdict.firstDifferingStep ?? Infinity;
  const by = (metric: MetricComparison): number => metric.verdict.maxRelativeDifference ?? Infinity;
  // Of several that part at one step, the one that is furthest away says most. Two that are infinitely far give NaN: a tie.
  return diverged.sort((a, b) => at(a) - at(b) || by(b) - by(a))[0];
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
  if (Number.isFinite(relative)) return `a relative ${formatRelative(relative)}`;
  const absolute = metric.verdict.maxAbsoluteDifference ?? Infinity;
  return Number.isFinite(absolute) ? formatRelative(absolute) : 'an infinite amount';
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

/** What differs and does not count, which nobody should have to find out from a table: `; not counted: epoch_time and 2 more`. */
function notCountedText({ metrics, outputs }: ExplainedItems): string {
  const names = [
    ...metrics.map(({ verdict }) => ({ ...verdict, name: verdict.key })),
    ...outputs.map(output => ({ ...output, name: output.path })),
  ]
    .filter(({ volatile, verdict }) => volatile && verdict !== 'identical')
    .map(({ name }) => name);
  if (names.length === 0) return '';
  const shown = names.slice(0, 2).join(', ');
  return `; not counted: ${shown}${names.length > 2 ? ` and ${names.length - 2} more` : ''}`;
}

function equal(count: number): string {
  return count === 1 ? 'equals' : 'equal';
}

function equalItems(items: ExplainedItems): string {
  return pointCount(items) === 0
    ? ''
    : `, and ${pointsText(items)} before it ${equal(pointCount(items))} the original`;
}

function precision(items: ExplainedItems): string {
  return precisionText(pointCount(items) === 0 ? [] : items.precision);
}

function stepsText(missing: number, extra: number): string {
  const parts: string[] = [];
  if (missing > 0) parts.push(`${missing} ${missing === 1 ? 'point' : 'points'} fewer`);
  if (extra > 0) parts.push(`${extra} ${extra === 1 ? 'point' : 'points'} more`);
  return `${parts.join(' and ')} than the original`;
}
