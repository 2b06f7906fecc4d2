/** Everything about two finished records becomes one verdict. Pure but for reading output files that differ. */
import { hostname } from 'node:os';
import type { FileUse } from '../../runs/captured.ts';
import { hasOwnMlflowServer } from '../../runs/ownMlflowServer.ts';
import type { DifferingOperation, OutputVerdict, Verdict } from '../../runs/verdict.ts';
import { ableToExplain, isChanged } from '../cause/suspects.ts';
import { findDivergence } from '../cause/findDivergence.ts';
import { lostInputs, type LostInput } from './ingredients/compareData.ts';
import { compareIngredients } from './compareIngredients.ts';
import { withReaders } from './ingredients/withReaders.ts';
import { asksForPart } from '../comparison/asksForPart.ts';
import { compareLinks } from '../comparison/compareLinks.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import { withLastDigits, type LastDigits } from '../comparison/lastDigits.ts';
import { matchesGlob } from '../comparison/matchesGlob.ts';
import type { EarlierReproduction } from '../probe/earlierReproductions.ts';
import { noiseOfReproductions } from '../probe/noiseOfReproductions.ts';
import type { RecordedProbe } from '../probe/readProbes.ts';
import { noVolatilePatterns } from '../comparison/volatileNames.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import type { ComparisonRules, KeyedSeries } from '../comparison/compareMetrics.ts';
import { compareOutputs } from '../comparison/compareOutputs.ts';
import { foundOutputs } from './foundOutputs.ts';
import { explainVerdict } from './explainVerdict.ts';
import { bothEnded, failureCaps, gradeReproduction, isWholeRun, worstOf } from './gradeReproduction.ts';
import { endOf } from './endOf.ts';
import type { RunEnd } from './gradeReproduction.ts';
import type { TouchedWorkspace } from '../restore/touchedWorkspace.ts';
import type { IngredientSide } from './ingredients/ingredientSide.ts';
import { storedPrecision } from './storedPrecision.ts';
import { unreachedOutputs, type Stop } from '../comparison/unreachedOutputs.ts';
import { withUnread } from '../comparison/unreadMetrics.ts';
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
  /** Earlier reproductions on this machine, oldest first: without a probe the noise is learnt from them. */
  readonly earlier?: readonly EarlierReproduction[];
  /** `--steps` or `--for` was given; what came to its end all the same, and has no more steps, is judged as a whole. */
  readonly partAskedFor?: boolean;
  /** Of `--for`. */
  readonly forMs?: number | undefined;
  /** Where both recorded their operations. */
  readonly operation?: DifferingOperation | undefined;
  /** The code that ran makes sets, or asks for hashes. */
  readonly hashOrderMatters?: boolean;
  readonly failureCause?: string | undefined;
  /** See {@link ExplainedItems}. */
  readonly unreadLines?: readonly string[] | undefined;
  readonly caps?: readonly string[];
  /** Of the rules themselves, for whoever reads the verdict. */
  readonly notes?: readonly string[];
  /** What the reproduction changed, or tried to change, that is not its own. */
  readonly touched?: TouchedWorkspace | undefined;
  /** What kept the workspace as it is. */
  readonly readOnlyBy?: string | undefined;
  /** Names of variables that led there and were led away. */
  readonly moved?: readonly string[] | undefined;
  readonly escapedModules?: readonly { readonly module: string; readonly path: string }[];
  /** One sentence each, without a full stop; see GradedItems. */
  readonly doubts?: readonly string[];
  readonly strangeData?: readonly string[];
  /** What is known of whole numbers above 2^53, by the key of the metric. */
  readonly lastDigits?: ReadonlyMap<string, LastDigits>;
  /** Puts the place of the original where a text of the reproduction names its own. */
  readonly asRecorded?: ((text: string) => string) | undefined;
  /** Variables that the code of the run names, with the file that does. */
  readonly namedVariables?: ReadonlyMap<string, string>;
}

export async function judgeReproduction(
  original: JudgedRun,
  reproduced: JudgedRun,
  rules: JudgeRules = {},
): Promise<Verdict> {
  const ends = { original: endOf(original), reproduced: endOf(reproduced) };
  const partAskedFor =
    rules.partAskedFor === true &&
    (!bothEnded(ends) || asksForPart(original.series, rules.throughStep, rules.volatile));
  const ownServers = {
    original: hasOwnMlflowServer(original),
    reproduction: hasOwnMlflowServer(reproduced),
  };
  const ingredients = withReaders(compareIngredients(original, reproduced), rules.namedVariables);
  const learnt = learntNoise(rules);
  const stop = stopOf(ends.original, ends.reproduced, undefined);
  const compared = compareMetrics(original.series, reproduced.series, {
    ...rules,
    ...learnt,
    changed: isChanged(ingredients),
    explanation: ableToExplain(ingredients)?.difference,
    reproductionCutShort: endedEarly(ends.reproduced, ends.original),
    originalCutShort: endedEarly(ends.original, undefined),
    ...(stop === undefined || (partAskedFor && stop.how === 'stopped') ? {} : { stop }),
  });
  const read = withUnread(compared, { original: original.plan, reproduction: reproduced.plan });
  const metrics = withLastDigits(withUnheard(read, ownServers), rules.lastDigits ?? new Map(), key =>
    (rules.tolerances ?? []).some(({ pattern }) => matchesGlob(pattern, key)),
  );
  const counted = metrics.filter(metric => !metric.verdict.volatile).map(metric => metric.verdict.verdict);
  const worst = worstOf(counted);
  const lost = lostInputs(original, reproduced);
  const written = await compareOutputs(original.result?.outputs ?? [], reproduced.result?.outputs ?? [], {
    ...(rules.volatile === undefined ? {} : { volatile: rules.volatile }),
    metricsAgree: worst === 'identical' || worst === 'within-tolerance',
    metricsApart: worst === 'within-tolerance',
    declared: original.plan.declaredOutputs,
    found: foundOutputs(original, reproduced),
    asRecorded: rules.asRecorded,
    ...(original.outputFile === undefined ? {} : { originalFile: original.outputFile }),
    ...(reproduced.outputFile === undefined ? {} : { reproducedFile: reproduced.outputFile }),
  });
  const links = compareLinks(original.result?.links, reproduced.result?.links ?? [], {
    ...(rules.volatile === undefined ? {} : { volatile: rules.volatile }),
    declared: original.plan.declaredOutputs,
  });
  const files = [...written.map(output => withLostStart(output, lost)), ...links];
  const divergence = findDivergence(original.series, reproduced.series, metrics);
  const items = {
    metrics,
    outputs: files,
    divergence,
    operation: rules.operation,
    ...ends,
    ownServers,
    caps: [
      ...failureCaps(ends),
      ...(rules.caps ?? []),
      ...lost.filter(one => one.opened !== 'append').map(({ path }) => `unverified input ${path}`),
    ],
    doubts: [...lost.filter(one => one.opened !== 'append').map(one => one.text), ...(rules.doubts ?? [])],
    strangeData: rules.strangeData,
    escapedModules: rules.escapedModules ?? [],
    touched: rules.touched,
    partAskedFor,
    fromStep: rules.fromStep,
    runId: original.plan.id,
    reproductionId: reproduced.plan.id,
    hashOrderMatters: rules.hashOrderMatters,
    failureCause: rules.failureCause,
    unreadLines: rules.unreadLines,
    ingredients,
    precision: storedPrecision(
      original.series,
      metrics.filter(one => !one.verdict.volatile),
      rules.lastDigits,
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
    ...notesOf(rules, metrics),
    ...(divergence === undefined ? {} : { divergence }),
    ...(rules.fromStep === undefined && !partAskedFor
      ? {}
      : {
          part: {
            ...{ fromStep: rules.fromStep, throughStep: rules.throughStep ?? grade.throughStep },
            ...(rules.forMs === undefined ? {} : { forMs: rules.forMs }),
          },
        }),
    ...probeIdOf(metrics, rules.probes),
    ...(learnt.reproductions === undefined || metrics.every(({ band }) => band === undefined)
      ? {}
      : { learntFrom: (rules.earlier ?? []).map(({ id }) => id) }),
    ...(rules.operation === undefined ? {} : { operation: rules.operation }),
    ...workspaceOf(rules),
    escapedModules: items.escapedModules.map(one => ({ ...one })),
  };
}

/** What is known of the noise of this machine: by probes, else by what several reproductions differ by. */
function learntNoise({
  probes = [],
  earlier = [],
  volatile = noVolatilePatterns,
}: JudgeRules): Required<Pick<ComparisonRules, 'probes'>> & Pick<ComparisonRules, 'reproductions'> {
  if (probes.length > 0) return { probes: probes.map(({ probe }) => probe) };
  const learnt = noiseOfReproductions(
    earlier.map(({ series }) => series),
    { volatile },
  );
  return { probes: learnt, ...(learnt.length === 0 ? {} : { reproductions: earlier.length }) };
}

/** A file that was added to differs by what it held before, where the reproduction had not got that. */
function withLostStart(output: OutputVerdict, lost: readonly LostInput[]): OutputVerdict {
  const start = lost.find(one => one.path === output.path && one.opened === 'append');
  if (start === undefined || output.verdict !== 'diverged') return output;
  return {
    ...output,
    tensors: undefined,
    verdict: 'inconclusive',
    sentence: `${start.text.replace(output.path, 'It')}.`,
  };
}

function workspaceOf({ touched, readOnlyBy, moved }: JudgeRules): Pick<Verdict, 'workspace'> {
  if (touched === undefined) return {};
  return {
    workspace: {
      ...(readOnlyBy === undefined ? {} : { readOnlyBy }),
      ...{ touched: touched.files.map(one => ({ ...one })), moved: [...(moved ?? [])] },
    },
  };
}

/** What was said of the rules, and those that no metric is called by: mistyped, or of another run. */
function notesOf(
  { notes = [], tolerances = [] }: JudgeRules,
  metrics: readonly MetricComparison[],
): { notes?: string[] } {
  const unused = tolerances
    .map(({ pattern }) => pattern)
    .filter(pattern => pattern !== '**' && !metrics.some(({ verdict }) => matchesGlob(pattern, verdict.key)));
  const patterns = [...new Set(unused)];
  const all = [
    ...notes,
    ...(patterns.length === 0
      ? []
      : [`No metric is called ${patterns.slice(0, 5).join(' or ')}, for which a tolerance is set.`]),
  ];
  return all.length === 0 ? {} : { notes: all };
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
