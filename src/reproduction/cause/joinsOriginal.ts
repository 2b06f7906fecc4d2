/** Whether a trial is equal to a run as far as was asked, metric by metric and, without a step, output by output. */
import type { FileUse } from '../../runs/captured.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import type { KeyedSeries } from '../comparison/compareMetrics.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';

export interface ComparedRun {
  readonly series: readonly KeyedSeries[];
  readonly outputs: readonly FileUse[];
}

export interface JoinRules {
  /** The step through which the trial ran; undefined for all of it. */
  readonly throughStep?: number | undefined;
  readonly volatile: VolatilePatterns;
  /** Paths of outputs that count; only looked at where the whole run was made again. */
  readonly outputs: readonly string[];
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
  }).filter(({ verdict }) => !verdict.volatile && verdict.comparedPoints + verdict.missingSteps > 0);
  const differs = compared
    .map(({ verdict }) => verdict.firstDifferingStep)
    .filter(step => step !== undefined);
  const first = Math.min(Infinity, ...differs);
  const steps = original.series.flatMap(one =>
    [...one.steps].filter(step => step < first && !(step > (throughStep ?? Infinity))),
  );
  const last = steps.reduce((most, step) => Math.max(most, step), -Infinity);
  const equalOutputs = throughStep !== undefined || sameOutputs(original, trial, rules.outputs);
  const counted = compared.length > 0 || (throughStep === undefined && rules.outputs.length > 0);
  return {
    joins: counted && differs.length === 0 && equalOutputs,
    ...(Number.isFinite(last) ? { identicalThrough: last } : {}),
  };
}

function sameOutputs(original: ComparedRun, trial: ComparedRun, paths: readonly string[]): boolean {
  const hashOf = (run: ComparedRun, path: string): string | undefined =>
    run.outputs.find(output => output.path === path)?.sha256;
  return paths.every(path => {
    const hash = hashOf(original, path);
    return hash !== undefined && hash === hashOf(trial, path);
  });
}
