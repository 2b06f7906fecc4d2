/** One line about a run: what lists, trees, tables and filters show. Everything in it is plain JSON but for NaN. */
import { decodeTime } from 'ulid';
import type { ReachedPart } from './annotation.ts';
import type { ParameterValue } from './plan.ts';
import type { MetricSummary } from './result.ts';
import type { RunDetails } from './runDetails.ts';
import type { RunState } from './runState.ts';
import type { Verdict } from './verdict.ts';
import { knownValue } from './known.ts';

export interface VerdictSummary {
  readonly reproductionId: string;
  readonly verdict: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Name of the machine that the reproduction ran on. */
  readonly host?: string;
  /** The step that a reproduction was asked to go to, where it was stopped there. */
  readonly throughStep?: number;
  /** The step from which on it is diverged, where its sentence tells one. */
  readonly divergedFrom?: number;
  /** Who brought it here, of a verdict that was fetched. */
  readonly broughtBy?: string;
}

export interface RunSummary {
  readonly id: string;
  readonly state: RunState;
  /** What takes long before the command starts, one line; only while it does. Anybody can write anything there. */
  readonly preparing?: string;
  /** True when a process of the run lives: always while `running`, and for a `lost` run whose command goes on. */
  readonly stillRunning: boolean;
  /** ISO 8601, UTC, as all times here. From the id where the plan cannot be read. */
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly name?: string;
  readonly note?: string;
  readonly tags: readonly string[];
  readonly star: boolean;
  readonly archived: boolean;
  readonly experiment?: string;
  /** Empty when neither the plan nor what the launcher wrote can be read. */
  readonly argv: readonly string[];
  /** Relative to the repository root, '' for the root itself. */
  readonly cwd: string;
  /** Own properties only: look up with Object.hasOwn, keys are anybody's. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Of rank 0, or of series without rank. Own properties only. */
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  /** Commit checked out when the run started. */
  readonly head?: string;
  readonly branch?: string;
  /** Files that differed from `head`. */
  readonly changedCount?: number;
  readonly codeKnown: 'captured' | 'declared' | 'unknown';
  readonly seed?: ParameterValue;
  /** Of the command; also of a lost run, where that is known. */
  readonly exitCode?: number;
  /** The signal that ended the command. */
  readonly signal?: string;
  /** Of a `cancelled` reproduction that got as far as was asked. */
  readonly reached?: ReachedPart;
  /** Why it failed, one line. */
  readonly failure?: string;
  /** Id of the run that this one reproduces, or reruns with changes. */
  readonly reproduces?: string;
  readonly rerunOf?: string;
  /** `probe` or `trial`: a reproduction that attests nothing, see runAbove.ts. */
  readonly purpose?: string;
  /** Id of the run that this is a child run of. */
  readonly parent?: string;
  /** How many child runs it has. */
  readonly childRuns?: number;
  /** Of a run that came from somebody else: who shared it, `''` where nobody says; anybody can write anything there. */
  readonly sharedBy?: string;
  /** The kind of source that it was imported from. */
  readonly importedFrom?: string;
  /** What the program itself tagged its run with. Own properties only. */
  readonly reportedTags?: Readonly<Record<string, string>>;
  /** Of the reproductions of this run, oldest first. */
  readonly verdicts: readonly VerdictSummary[];
  readonly host?: string;
  /** What of the record could not be read, one line. */
  readonly problem?: string;
}

/**
 * @param metrics Summaries from the metric logs, for a run without a result.
 */
export function summariseRun(
  run: RunDetails,
  metrics: Readonly<Record<string, MetricSummary>> = {},
): RunSummary {
  const { plan, result, annotations } = run;
  const said = plan ?? run.announcement;
  const code = knownValue(plan?.code);
  const seed = knownValue(plan?.seed);
  const startedAt = result?.startedAt ?? run.process?.startedAt;
  const name = annotations.name === undefined ? (said?.name ?? run.reported?.name) : annotations.name;
  const end = result ?? run.commandEnd;
  const endedAt = result?.endedAt ?? run.commandEnd?.at;
  const note = annotations.note === undefined ? run.reported?.note : annotations.note;
  return {
    id: run.id,
    state: run.state,
    stillRunning: run.stillRunning,
    createdAt: said?.createdAt ?? timeOfRunId(run.id),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(result?.durationMs === undefined ? {} : { durationMs: result.durationMs }),
    ...(name === undefined || name === null ? {} : { name }),
    ...(note === undefined || note === null ? {} : { note }),
    tags: mergedTags(said?.tags ?? [], annotations),
    star: annotations.star ?? false,
    archived: annotations.archived ?? false,
    ...(said?.experiment === undefined ? {} : { experiment: said.experiment }),
    argv: said?.argv ?? [],
    cwd: plan?.cwd ?? '',
    parameters: parameterValues(run),
    metrics: result?.metrics ?? metrics,
    ...(code?.head === undefined ? {} : { head: code.head }),
    ...(code?.branch === undefined ? {} : { branch: code.branch }),
    ...(code === undefined ? {} : { changedCount: code.changedCount }),
    codeKnown: plan?.code.known ?? 'unknown',
    ...(seed === undefined ? {} : { seed }),
    ...(end?.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    ...(end?.signal === undefined ? {} : { signal: end.signal }),
    ...(result?.reached === undefined ? {} : { reached: result.reached }),
    ...(result?.failure === undefined ? {} : { failure: result.failure.message }),
    ...(said?.reproduces === undefined ? {} : { reproduces: said.reproduces }),
    ...(said?.rerunOf === undefined ? {} : { rerunOf: said.rerunOf }),
    ...(said?.purpose === undefined ? {} : { purpose: said.purpose }),
    ...(plan?.parent === undefined ? {} : { parent: plan.parent }),
    ...(run.reported?.childRuns === undefined ? {} : { childRuns: run.reported.childRuns }),
    ...(run.shared === undefined ? {} : { sharedBy: run.shared.sharedBy ?? '' }),
    ...(plan?.origin === undefined ? {} : { importedFrom: plan.origin.kind }),
    ...(hasTags(run) ? { reportedTags: run.reported?.tags ?? {} } : {}),
    verdicts: run.verdicts.map(verdictSummary),
    ...hostOf(run),
    ...(run.problems[0] === undefined ? {} : { problem: run.problems.join('; ') }),
  };
}

function verdictSummary(full: Verdict): VerdictSummary {
  const { reproductionId, verdict, at, host, part, sentence, broughtBy } = full;
  // The first step beyond the tolerance: what else is kept of it begins where the two first differ at all.
  const divergedFrom = /^Diverged from step (\d+(?:\.\d+)?)\b/.exec(sentence)?.[1];
  return {
    ...{ reproductionId, verdict, at },
    ...(host === undefined ? {} : { host }),
    ...(part?.throughStep === undefined ? {} : { throughStep: part.throughStep }),
    ...(divergedFrom === undefined ? {} : { divergedFrom: Number(divergedFrom) }),
    ...(broughtBy === undefined ? {} : { broughtBy }),
  };
}

/** ISO 8601, UTC; the epoch for an id that holds no time. */
export function timeOfRunId(id: string): string {
  try {
    return new Date(decodeTime(id)).toISOString();
  } catch {
    return new Date(0).toISOString();
  }
}

function hasTags({ reported }: RunDetails): boolean {
  return Object.keys(reported?.tags ?? {}).length > 0;
}

function parameterValues({ plan, reported }: RunDetails): Record<string, ParameterValue> {
  const planned = Object.entries(plan?.parameters ?? {}).map(([key, { value }]) => [key, value] as const);
  // fromEntries makes own properties of every key, `__proto__` included.
  return Object.fromEntries([...planned, ...Object.entries(reported?.parameters ?? {})]);
}

function mergedTags(planned: readonly string[], annotations: RunDetails['annotations']): string[] {
  const tags = new Set(planned);
  for (const [tag, kept] of annotations.tags) {
    if (kept) tags.add(tag);
    else tags.delete(tag);
  }
  return [...tags];
}

function hostOf(run: RunDetails): { host?: string } {
  const host = run.process?.host ?? run.plan?.host;
  return host === undefined ? {} : { host };
}
