/** Everything about two finished records becomes one verdict. Pure but for reading output files that differ. */
import { hostname } from 'node:os';
import type { FileUse } from '../../runs/captured.ts';
import { hasOwnMlflowServer } from '../../runs/ownMlflowServer.ts';
import type { DifferingOperation, Verdict } from '../../runs/verdict.ts';
import { findDivergence } from '../cause/findDivergence.ts';
import { compareIngredients } from './compareIngredients.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import type { RecordedProbe } from '../probe/readProbes.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import type { ComparisonRules, KeyedSeries } from '../comparison/compareMetrics.ts';
import { compareOutputs } from '../comparison/compareOutputs.ts';
import { explainVerdict } from './explainVerdict.ts';
import { gradeReproduction, isWholeRun, worstOf } from './gradeReproduction.ts';
import type { RunEnd } from './gradeReproduction.ts';
import { withoutRoots } from './ingredients/ingredientSide.ts';
import type { IngredientSide } from './ingredients/ingredientSide.ts';
import { storedDecimals } from '../comparison/tolerance.ts';
import { unreachedOutputs, type Stop } from '../comparison/unreachedOutputs.ts';
import { withUnheard } from '../comparison/unheardMetrics.ts';

export const verdictVersion = 1;

export interface JudgedRun extends IngredientSide {
  readonly series: readonly KeyedSeries[];
  /** Where the bytes of an output can be read, or undefined when they are gone or have changed since. */
  readonly outputFile?: (output: FileUse) => Promise<string | undefined>;
}

export interface JudgeRules extends Pick<
  ComparisonRules,
  'fromStep' | 'throughStep' | 'tolerances' | 'volatile' | 'noiseOnlyLoosens'
> {
  /** Determinism probes of this machine, oldest first. */
  readonly probes?: readonly RecordedProbe[];
  /** `--steps` or `--for` was given. */
  readonly partAskedFor?: boolean;
  /** Where both recorded their operations. */
  readonly operation?: DifferingOperation | undefined;
  readonly caps?: readonly string[];
  readonly escapedModules?: readonly { readonly module: string; readonly path: string }[];
}

/** Where one of these is another, a difference has its cause. */
const deciding: ReadonlySet<string> = new Set(['code', 'data', 'parameters', 'determinism']);

export async function judgeReproduction(
  original: JudgedRun,
  reproduced: JudgedRun,
  rules: JudgeRules = {},
): Promise<Verdict> {
  const ends = { original: endOf(original), reproduced: endOf(reproduced) };
  const ownServers = {
    original: hasOwnMlflowServer(original),
    reproduction: hasOwnMlflowServer(reproduced),
  };
  const ingredients = compareIngredients(original, reproduced);
  const compared = compareMetrics(original.series, reproduced.series, {
    ...rules,
    probes: (rules.probes ?? []).map(({ probe }) => probe),
    changed: ingredients.some(({ name, status }) => status === 'differs' && deciding.has(name)),
    reproductionCutShort: endedEarly(ends.reproduced, ends.original),
    originalCutShort: endedEarly(ends.original, undefined),
  });
  const metrics = withUnheard(compared, ownServers);
  const counted = metrics.filter(metric => !metric.verdict.volatile).map(metric => metric.verdict.verdict);
  const worst = worstOf(counted);
  const files = await compareOutputs(original.result?.outputs ?? [], reproduced.result?.outputs ?? [], {
    ...(rules.volatile === undefined ? {} : { volatile: rules.volatile }),
    metricsAgree: worst === 'identical' || worst === 'within-tolerance',
    metricsApart: worst === 'within-tolerance',
    declared: original.plan.declaredOutputs,
    ...(original.outputFile === undefined ? {} : { originalFile: original.outputFile }),
    ...(reproduced.outputFile === undefined ? {} : { reproducedFile: reproduced.outputFile }),
  });
  const divergence = findDivergence(original.series, reproduced.series, metrics);
  const items = {
    metrics,
    outputs: files,
    divergence,
    operation: rules.operation,
    ...ends,
    ownServers,
    caps: rules.caps ?? [],
    escapedModules: rules.escapedModules ?? [],
    partAskedFor: rules.partAskedFor,
    fromStep: rules.fromStep,
    runId: original.plan.id,
    ingredients,
    storedDecimals: decimalsOf(
      original.series,
      metrics.filter(one => !one.verdict.volatile),
    ),
  };
  const grade = gradeReproduction(items);
  const outputs = isWholeRun(items)
    ? files
    : unreachedOutputs(files, stopOf(ends.original, ends.reproduced, grade.throughStep));
  const { sentence, cause } = explainVerdict(grade, { ...items, outputs });
  return {
    schemaVersion: verdictVersion,
    verdict: grade.verdict,
    runId: original.plan.id,
    reproductionId: reproduced.plan.id,
    at: new Date().toISOString(),
    host: hostname(),
    ...(reproduced.result?.durationMs === undefined ? {} : { durationMs: reproduced.result.durationMs }),
    sentence,
    metrics: metrics.map(metric => metric.verdict),
    outputs,
    ingredients: items.ingredients,
    cause,
    caps: [...items.caps],
    ...(divergence === undefined ? {} : { divergence }),
    ...(rules.fromStep === undefined && rules.partAskedFor !== true
      ? {}
      : { part: { fromStep: rules.fromStep, throughStep: rules.throughStep ?? grade.throughStep } }),
    ...probeIdOf(metrics, rules.probes),
    ...(rules.operation === undefined ? {} : { operation: rules.operation }),
    escapedModules: items.escapedModules.map(one => ({ ...one })),
  };
}

/** The newest of the probes that decided. */
function probeIdOf(
  metrics: readonly MetricComparison[],
  probes: readonly RecordedProbe[] = [],
): { probeId?: string } {
  const keys = new Set(metrics.filter(one => one.band !== undefined).map(({ verdict }) => verdict.key));
  const used = probes.findLast(({ probe }) => probe.bands.some(({ key }) => keys.has(key)));
  return used === undefined ? {} : { probeId: used.id };
}

function endOf(run: IngredientSide): RunEnd {
  const { result } = run;
  if (result === undefined) return { state: 'lost' };
  return {
    state: result.state,
    exitCode: result.exitCode,
    signal: result.signal,
    exceptionType: result.failure?.exceptionType,
    failure: result.failure === undefined ? undefined : withoutRoots(result.failure.message, run),
  };
}

/** Which of two runs ended before the other, undefined where neither did. */
function stopOf(original: RunEnd, reproduced: RunEnd, step: number | undefined): Stop | undefined {
  if (reproduced.state === 'cancelled') return { who: 'run', how: 'stopped', step };
  if (reproduced.state === 'lost') return { who: 'run', how: 'lost', step };
  if (original.state === 'cancelled') return { who: 'original', how: 'stopped', step };
  if (original.state === 'lost') return { who: 'original', how: 'lost', step };
  if (reproduced.state === 'failed' && original.state === 'finished')
    return { who: 'run', how: 'failed', step };
  if (original.state === 'failed' && reproduced.state === 'finished')
    return { who: 'original', how: 'failed', step };
  return undefined;
}

/** Stopped before its program ended by itself; a failure counts unless the other run failed as well. */
function endedEarly(end: RunEnd, other: RunEnd | undefined): boolean {
  if (end.state === 'cancelled' || end.state === 'lost') return true;
  return end.state === 'failed' && other?.state === 'finished';
}

/** The coarsest precision among the counted metrics, undefined when all of them keep every bit. */
function decimalsOf(
  series: readonly KeyedSeries[],
  counted: readonly { readonly verdict: { readonly key: string } }[],
): number | undefined {
  const keys = new Set(counted.map(metric => metric.verdict.key));
  const decimals = series
    .filter(one => keys.has(one.key))
    .map(one => storedDecimals(one.values))
    .filter(one => one !== undefined);
  return decimals.length === 0 ? undefined : Math.min(...decimals);
}
