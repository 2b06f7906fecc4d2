/**
 * Whether a trial is equal to a run as far as was asked, metric by metric and, without a step, output by output; where
 * two runs ended otherwise, by its end, too.
 */
import type { FileUse } from '../../runs/captured.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';
import { compareEnds, type RunEnd } from '../verdict/gradeReproduction.ts';

export interface ComparedRun {
  readonly series: readonly KeyedSeries[];
  readonly outputs: readonly FileUse[];
  readonly end: RunEnd;
}

export interface JoinRules {
  /** The step through which the trial ran; undefined for all of it. */
  readonly throughStep?: number | undefined;
  readonly volatile: VolatilePatterns;
  /** Paths of outputs that count; only looked at where the whole run was made again. */
  readonly outputs: readonly string[];
  /** How a run ended counts, and so does every point that only one of the two has: the two ended otherwise. */
  readonly ends?: boolean | undefined;
}

export interface Join {
  readonly joins: boolean;
  /** The last step before the first difference; absent when already the first one differs, or none has steps. */
  readonly identicalThrough?: number;
}

export function joinsOriginal(original: ComparedRun, trial: ComparedRun, rules: JoinRules): Join {
  const { throughStep, volatile } = rules;
  const exact = [{ pattern: '**', tolerance: { rtol: 0, atol: 0 } }];
  const compared = compareMetrics(original.series, trial.series, {
    ...(throughStep === undefined ? {} : { throughStep }),
    ...{ volatile, tolerances: exact },
    // What a trial logs that the original had not reached is no difference.
    originalCutShort: throughStep !== undefined,
  }).filter(({ verdict }) => !verdict.volatile && pointsOf(verdict, rules.ends) > 0);
  const differs = compared
    .map(({ verdict }) => verdict.firstDifferingStep)
    .filter(step => step !== undefined);
  const first = Math.min(Infinity, ...differs);
  const steps = original.series.flatMap(one =>
    [...one.steps].filter(step => step < first && !(step > (throughStep ?? Infinity))),
  );
  const last = steps.reduce((most, step) => Math.max(most, step), -Infinity);
  const equalOutputs = throughStep !== undefined || sameOutputs(original, trial, rules.outputs);
  const alike = rules.ends !== true || (sameEnds(original, trial) && compared.every(isWhole));
  const counted =
    rules.ends === true || compared.length > 0 || (throughStep === undefined && rules.outputs.length > 0);
  return {
    joins: counted && differs.length === 0 && equalOutputs && alike,
    ...(Number.isFinite(last) ? { identicalThrough: last } : {}),
  };
}

/** Of two that came to ends of their own: what was stopped says nothing of how it would have ended. */
export function sameEnds(one: ComparedRun, other: ComparedRun): boolean {
  return ['same-end', 'same-failure', 'cut-short'].includes(compareEnds(one.end, other.end));
}

function pointsOf(verdict: MetricComparison['verdict'], ends = false): number {
  return verdict.comparedPoints + verdict.missingSteps + (ends ? verdict.extraSteps : 0);
}

function isWhole({ verdict }: MetricComparison): boolean {
  return verdict.missingSteps + verdict.extraSteps === 0;
}

function sameOutputs(original: ComparedRun, trial: ComparedRun, paths: readonly string[]): boolean {
  const hashOf = (run: ComparedRun, path: string): string | undefined =>
    run.outputs.find(output => output.path === path)?.sha256;
  return paths.every(path => {
    const hash = hashOf(original, path);
    return hash !== undefined && hash === hashOf(trial, path);
  });
}
