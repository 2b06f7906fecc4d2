/**
 * The search itself: a control with nothing set back, each suspect alone, then all together and as few as possible.
 * Knows nothing of processes. Invariant: nothing is called the cause that did not make the curves join in a trial.
 */
import type { RunEnd } from '../verdict/gradeReproduction.ts';
import type { CauseTrial } from '../../runs/causeReport.ts';
import { mergeChanges } from './trialChange.ts';
import type { PlannedTrial, TrialChange } from './trialChange.ts';

export interface TrialOutcome {
  readonly reproductionId?: string;
  /** Equals the original through the step of the divergence. */
  readonly joins?: boolean;
  /** Equals the run that diverged, through the same step. */
  readonly likeOther?: boolean;
  readonly identicalThrough?: number;
  /** Where noise is allowed for: the first step that is further apart. */
  readonly apartAt?: number;
  /** Where noise is allowed for: it is near both runs, or one execution of several is near another run than the rest. */
  readonly unclear?: boolean;
  /** Where the end is what differs. */
  readonly end?: RunEnd;
  /** Why there is nothing to compare. */
  readonly problem?: string;
}

export interface SearchRequest {
  /** The likeliest first. */
  readonly trials: readonly PlannedTrial[];
  /** What a program may lack to be like itself: made twice each, where it is not. */
  readonly fixing?: readonly PlannedTrial[];
  /** The control and what joins are made once more, and have to come out alike: noise may bring one close by luck. */
  readonly twice?: boolean;
  /** Whether it is known why a control joins: what the other run was made of is not there any more. */
  readonly isExplained?: (control: TrialOutcome) => Promise<boolean>;
  /** Whether two trials, by their ids, equal each other. */
  readonly alike?: (one: string, other: string) => boolean;
  /** Rejects only when `signal` aborts. */
  readonly run: (change: TrialChange, restored: string | undefined) => Promise<TrialOutcome>;
  readonly signal: AbortSignal;
}

export interface SearchResult {
  readonly control?: TrialOutcome;
  readonly trials: readonly CauseTrial[];
  /** Empty when none joined. Several: only together. */
  readonly culprits: readonly PlannedTrial[];
  /** Of the last trial that joined. */
  readonly joined?: string | undefined;
  /** False when two executions under the same conditions differ; undefined when that is not known. */
  readonly deterministic?: boolean;
  readonly cancelled: boolean;
}

/** At most so many trials are made for so many suspects, the control included. */
export function mostTrials(
  trials: readonly PlannedTrial[],
  fixing: readonly PlannedTrial[] = [],
  twice = false,
): number {
  const parts = trials.reduce((sum, trial) => sum + 2 * Math.ceil(Math.log2(trial.parts?.length ?? 1)), 0);
  const suspected = trials.length + Math.max(parts, trials.length < 2 ? 0 : trials.length + 1);
  return 2 + Math.max(twice ? 2 * suspected : suspected, 2 * fixing.length);
}

/** Never rejects for an abort: what was found until then is the result. */
export async function searchCause({
  trials,
  fixing = [],
  twice = false,
  isExplained = () => Promise.resolve(false),
  alike,
  run,
  signal,
}: SearchRequest): Promise<SearchResult> {
  const made: CauseTrial[] = [];
  let control: TrialOutcome | undefined;
  let joined: string | undefined;
  const found = (culprits: readonly PlannedTrial[], more: Partial<SearchResult> = {}): SearchResult => ({
    ...(control === undefined ? {} : { control }),
    trials: made,
    culprits,
    joined,
    cancelled: false,
    ...more,
  });
  const attempt = async (suspects: readonly PlannedTrial[]): Promise<boolean> => {
    signal.throwIfAborted();
    const [first] = suspects;
    if (first === undefined) return false;
    const restored = suspects.map(one => one.restored).join(' and ');
    const change = mergeChanges(suspects.map(one => one.change));
    let id: string | undefined;
    for (const told of twice ? [restored, `${restored}, once more`] : [restored]) {
      signal.throwIfAborted();
      const outcome = await run(change, told);
      made.push({ ingredient: first.ingredient, restored: told, ...toldOutcome(outcome) });
      if (outcome.joins !== true) return false;
      id = outcome.reproductionId;
    }
    joined = id;
    return true;
  };
  const areAlike = (one: TrialOutcome, other: TrialOutcome): boolean =>
    one.reproductionId !== undefined &&
    other.reproductionId !== undefined &&
    alike?.(one.reproductionId, other.reproductionId) === true;
  /** Whether two executions with it equal each other, which two without it do not. */
  const repeats = async (fixed: PlannedTrial): Promise<boolean> => {
    const ids: string[] = [];
    for (const restored of [fixed.restored, `${fixed.restored}, once more`]) {
      signal.throwIfAborted();
      const outcome = await run(fixed.change, restored);
      made.push({ ingredient: fixed.ingredient, restored, ...toldOutcome(outcome) });
      const { reproductionId, problem } = outcome;
      if (reproductionId === undefined || problem !== undefined) return false;
      ids.push(reproductionId);
    }
    const [one = '', other = ''] = ids;
    return alike?.(one, other) === true;
  };
  let culprits: readonly PlannedTrial[] = [];
  let likeItself = false;
  try {
    signal.throwIfAborted();
    control = await run({}, undefined);
    if (control.problem !== undefined) return found([]);
    if (twice) {
      signal.throwIfAborted();
      const again = await run({}, undefined);
      if (again.problem !== undefined) control = again;
      else if (again.joins !== control.joins || again.unclear === true || control.unclear === true)
        control = { ...control, joins: false, unclear: true };
      if (control.joins === true || control.unclear === true || control.problem !== undefined)
        return found([]);
    } else if (control.joins === true || control.likeOther === false) {
      if (control.joins === true && (await isExplained(control))) return found([]);
      signal.throwIfAborted();
      const again = alike === undefined ? control : await run({}, undefined);
      if (again.problem !== undefined) {
        control = again;
        return found([]);
      }
      likeItself = areAlike(control, again);
      if (!likeItself) {
        for (const fixed of fixing) if (await repeats(fixed)) return found([fixed], { deterministic: false });
        return found([], { deterministic: false });
      }
      if (control.joins === true) return found([], { deterministic: true });
    }
    for (const suspect of trials)
      if (await attempt([suspect])) {
        culprits = [suspect];
        culprits = await byHalves(suspect, attempt);
        return found(culprits, { deterministic: true });
      }
    const possible = trials.filter(
      one => made.find(({ restored }) => restored === one.restored)?.problem === undefined,
    );
    if (possible.length < 2 || !(await attempt(possible)))
      return found([], likeItself ? { deterministic: true } : deterministicIf(control));
    culprits = possible;
    // The least likely is left out first; what the curves do not join without stays.
    for (const suspect of possible.toReversed()) {
      const rest = culprits.filter(one => one !== suspect);
      if (rest.length < 2) break;
      if (await attempt(rest)) culprits = rest;
    }
    return found(culprits, { deterministic: true });
  } catch (error) {
    if (!signal.aborted) throw error;
    return found(culprits, { cancelled: true });
  }
}

/** Of a trial what a report tells. */
export function toldOutcome({
  reproductionId,
  joins,
  identicalThrough,
  apartAt,
  unclear,
  problem,
}: TrialOutcome): Omit<CauseTrial, 'ingredient' | 'restored'> {
  return {
    ...(reproductionId === undefined ? {} : { reproductionId }),
    ...(joins === undefined ? {} : { joins }),
    ...(identicalThrough === undefined ? {} : { identicalThrough }),
    ...(apartAt === undefined ? {} : { apartAt }),
    ...(unclear === undefined ? {} : { unclear }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function deterministicIf(control: TrialOutcome): Partial<SearchResult> {
  return control.likeOther === undefined ? {} : { deterministic: control.likeOther };
}

/** The smallest part that joins by itself; the whole where it takes more than one half. */
async function byHalves(
  suspect: PlannedTrial,
  attempt: (suspects: readonly PlannedTrial[]) => Promise<boolean>,
): Promise<readonly PlannedTrial[]> {
  let parts = suspect.parts ?? [];
  let culprits: readonly PlannedTrial[] = [suspect];
  while (parts.length > 1) {
    const middle = Math.ceil(parts.length / 2);
    const halves = [parts.slice(0, middle), parts.slice(middle)];
    let joined: readonly PlannedTrial[] | undefined;
    for (const half of halves) if (joined === undefined && (await attempt(half))) joined = half;
    if (joined === undefined) break;
    culprits = joined;
    parts = joined;
  }
  return culprits;
}
