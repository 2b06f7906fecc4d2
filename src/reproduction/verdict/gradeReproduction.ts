/**
 * The verdict over everything that was compared. Invariants: the overall verdict is the worst counted item; nothing
 * counted is inconclusive, never a match; a cap lowers `identical` to `within-tolerance` and is named.
 */
import type { EndState } from '../../runs/result.ts';
import type { TouchedWorkspace } from '../restore/touchedWorkspace.ts';
import type { OutputVerdict, VerdictWord } from '../../runs/verdict.ts';
import type { MetricComparison } from '../comparison/compareMetric.ts';
import { isTouched } from '../restore/touchedWorkspace.ts';

export interface RunEnd {
  /** `lost`: the record has no result, the run was killed with its supervisor. */
  readonly state: EndState | 'lost';
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly exceptionType?: string | undefined;
  /** One line: why it failed. */
  readonly failure?: string | undefined;
}

export interface GradedItems {
  readonly metrics: readonly MetricComparison[];
  readonly outputs: readonly OutputVerdict[];
  readonly original: RunEnd;
  readonly reproduced: RunEnd;
  /** What keeps the verdict from `identical`: "unverified input data.csv". */
  readonly caps: readonly string[];
  readonly escapedModules: readonly { readonly module: string; readonly path: string }[];
  /** What the reproduction lacked, or read in another form, through no fault of its program: a difference says nothing then. */
  readonly doubts?: readonly string[] | undefined;
  /** What it read of the workspace in place of what was recorded: then another run was compared. */
  readonly strangeData?: readonly string[] | undefined;
  /** What it changed, or tried to change, that is not its own. */
  readonly touched?: TouchedWorkspace | undefined;
  /** Less was asked for than the run has (`--steps`, `--for`): stopping early is no defect then. */
  readonly partAskedFor?: boolean | undefined;
}

export interface Grade {
  readonly verdict: VerdictWord;
  /** How the two ends compare. */
  readonly end: EndComparison;
  /** The last step that both runs have of every counted metric, when either was stopped early. */
  readonly throughStep?: number;
  /** What the counted items alone would say, before caps and early stops; absent when nothing was counted. */
  readonly worst?: VerdictWord;
}

export type EndComparison =
  | 'same-end'
  | 'same-failure'
  | 'other-failure'
  | 'only-original-failed'
  | 'only-reproduction-failed'
  | 'cut-short';

export function gradeReproduction(items: GradedItems): Grade {
  const end = compareEnds(items.original, items.reproduced);
  const wholeRun = isWholeRun(items);
  // What is first logged after the part that both runs have says nothing of that part.
  const reached = wholeRun ? items.metrics : items.metrics.filter(one => one.unreached !== true);
  const metrics = reached.filter(metric => !metric.verdict.volatile).map(metric => metric.verdict.verdict);
  // Files of a run that was stopped early are unfinished: they cannot count.
  const outputs = wholeRun
    ? items.outputs.filter(output => !output.volatile).map(output => output.verdict)
    : [];
  const counted = [...metrics, ...outputs];
  // The same failure is itself a result that was reproduced.
  if (end === 'same-failure') counted.push('identical');
  if (end === 'other-failure' || end === 'only-original-failed') counted.push('diverged');
  const worst = worstOf(counted);
  const throughStep = wholeRun ? undefined : lastCommonStep(reached);
  const facts = {
    end,
    ...(throughStep === undefined ? {} : { throughStep }),
    ...(worst === undefined ? {} : { worst }),
  };

  // What it met, or could not do, there is no part of the recorded run: whatever differs, that may be why.
  const apart = end === 'only-reproduction-failed' || worst === 'diverged' || worst === undefined;
  const strange =
    items.escapedModules.length > 0 ||
    (items.strangeData ?? []).length > 0 ||
    (items.touched !== undefined && isTouched(items.touched, apart));
  if (strange || worst === undefined) return { verdict: 'inconclusive', ...facts };
  if (worst === 'diverged')
    return { verdict: (items.doubts ?? []).length > 0 ? 'inconclusive' : 'diverged', ...facts };
  const stoppedEarly =
    end === 'only-reproduction-failed' || (end === 'cut-short' && items.partAskedFor !== true);
  if (stoppedEarly || worst === 'inconclusive') return { verdict: 'inconclusive', ...facts };
  return { verdict: items.caps.length > 0 ? 'within-tolerance' : worst, ...facts };
}

/** Whether both got to their ends, and these were asked for. */
export function isWholeRun({
  original,
  reproduced,
  partAskedFor,
}: Pick<GradedItems, 'original' | 'reproduced' | 'partAskedFor'>): boolean {
  return bothEnded({ original, reproduced }) && partAskedFor !== true;
}

/** Each by itself, and in the same way. */
export function bothEnded({ original, reproduced }: Pick<GradedItems, 'original' | 'reproduced'>): boolean {
  const end = compareEnds(original, reproduced);
  return end === 'same-end' || end === 'same-failure';
}

/** Whether the two runs ended the same way. */
export function compareEnds(original: RunEnd, reproduced: RunEnd): EndComparison {
  const cut = (end: RunEnd): boolean => end.state === 'cancelled' || end.state === 'lost';
  if (cut(original) || cut(reproduced)) return 'cut-short';
  if (original.state === 'finished')
    return reproduced.state === 'finished' ? 'same-end' : 'only-reproduction-failed';
  if (reproduced.state === 'finished') return 'only-original-failed';
  const same =
    original.exitCode === reproduced.exitCode &&
    original.signal === reproduced.signal &&
    original.exceptionType === reproduced.exceptionType &&
    wording(original.failure) === wording(reproduced.failure);
  return same ? 'same-failure' : 'other-failure';
}

/**
 * What keeps the same failure from being identical: it names another value. Whole numbers are counts, processes and
 * addresses; a fraction is something that the program measured.
 */
export function failureCaps({
  original,
  reproduced,
}: Pick<GradedItems, 'original' | 'reproduced'>): string[] {
  if (compareEnds(original, reproduced) !== 'same-failure') return [];
  const fractions = ({ failure = '' }: RunEnd): string =>
    (failure.match(/\d+\.\d+(?:e[-+]?\d+)?/gi) ?? []).join(' ');
  return fractions(original) === fractions(reproduced) ? [] : ['the failure names other values'];
}

/** Numbers and addresses in a message are other ones each time. */
function wording(failure: string | undefined): string {
  return (failure ?? '').replace(/0x[0-9a-f]+|\d+/gi, '0');
}

const order: readonly VerdictWord[] = ['identical', 'within-tolerance', 'inconclusive', 'diverged'];

/** The worst of several verdicts, undefined for none. */
export function worstOf(verdicts: readonly VerdictWord[]): VerdictWord | undefined {
  return verdicts.reduce<VerdictWord | undefined>(
    (worst, verdict) =>
      worst === undefined || order.indexOf(verdict) > order.indexOf(worst) ? verdict : worst,
    undefined,
  );
}

function lastCommonStep(metrics: readonly MetricComparison[]): number | undefined {
  const counted = metrics.filter(metric => !metric.verdict.volatile && metric.upToDate !== true);
  if (counted.length === 0) return undefined;
  const last = Math.min(...counted.map(metric => metric.lastCommonStep ?? -Infinity));
  return Number.isFinite(last) ? last : undefined;
}
