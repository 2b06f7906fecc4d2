/** One trial: a short reproduction with some ingredients set back, run to its end or its step. */
import { decodeTime } from 'ulid';
import { mixTrees } from '../../git/mixTrees.ts';
import { cancelRun } from '../../execution/cancelRun.ts';
import { followRun } from '../../execution/followRun.ts';
import type { LaunchOptions } from '../../execution/launchRun.ts';
import { awaitCaptured } from '../awaitCaptured.ts';
import { changedCommand } from '../changedCommand.ts';
import { judgedSeries } from '../comparison/judgedSeries.ts';
import { reproduceRun } from '../reproduceRun.ts';
import type { ReproduceRequest } from '../reproduceRun.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { touchedByRun } from '../restore/touchedByRun.ts';
import { touchedSentence } from '../restore/touchedWorkspace.ts';
import { writePackageList } from '../../runs/packageStore.ts';
import type { Package } from '../../runs/captured.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { RunStore } from '../../runs/runStore.ts';
import type { ChangedCode } from './changedCode.ts';
import { endOfRun } from './trialSides.ts';
import type { ComparedRun } from './joinsOriginal.ts';
import type { TrialChange } from './trialChange.ts';

export interface TrialRequest extends Omit<ReproduceRequest, 'original' | 'options' | 'argv'> {
  /** The run that is run again. */
  readonly rerun: RunDetails;
  readonly change: TrialChange;
  readonly throughStep?: number | undefined;
  /** A program that fails is an outcome like another: one of the two runs did. */
  readonly mayFail: boolean;
  /** As the run that diverged was made, where it was a reproduction. */
  readonly made: Partial<ReproductionOptions>;
  readonly recordOperations: boolean;
  /** Those of the run that diverged, and those of the original that are set back by name. */
  readonly packages: { readonly now: readonly Package[]; readonly original: readonly Package[] } | undefined;
  readonly code?: Pick<ChangedCode, 'original' | 'now'> | undefined;
  readonly onOutput?: ((chunk: Uint8Array) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface TrialRun {
  readonly details: RunDetails;
  readonly compared: ComparedRun;
  /** Why there is nothing to compare. */
  readonly problem?: string;
}

/** Rejects with what reproduceRun rejects with, or when aborted: then the trial was cancelled. */
export async function runTrial(request: TrialRequest, launch: LaunchOptions): Promise<TrialRun> {
  const { rerun, change, throughStep, signal, store, recordOperations, made } = request;
  const { parameters = {}, words = {} } = change;
  const options: Partial<ReproductionOptions> = {
    ...made,
    purpose: 'trial',
    variables: { ...made.variables, ...change.variables },
    inputs: { ...change.inputs },
    recordOperations,
    ...(throughStep === undefined ? {} : { throughStep }),
    ...(await rebuilt(request)),
    ...(await mixedCode(request)),
  };
  const { plan } = rerun;
  const launched = await reproduceRun(
    {
      ...request,
      original: rerun,
      options,
      ...(plan === undefined || Object.keys(parameters).length + Object.keys(words).length === 0
        ? {}
        : { argv: changedCommand(plan, parameters, request.variables, words) }),
    },
    launch,
  );
  try {
    await followRun(launched.paths, {
      signal,
      ...(request.onOutput === undefined
        ? {}
        : { onOutput: (_: unknown, chunk: Uint8Array) => request.onOutput?.(chunk) }),
    });
    // Hashes of outputs are in the result, what the libraries said comes after it.
    await awaitCaptured(launched.paths, signal);
  } catch (error) {
    await cancelRun(store, launched.id).catch(() => undefined);
    throw error;
  }
  const runs = new RunStore(store);
  const details = await runs.read(launched.id);
  const compared = {
    series: await judgedSeries(runs, details, printsMetrics(details)),
    outputs: details.result?.outputs ?? [],
    end: endOfRun(details),
  };
  const touched = await touchedByRun({
    ...{ run: details, originalRoot: plan?.root ?? request.root, workspace: request.root, store },
  });
  const problem =
    touched === undefined
      ? problemOf(details, {
          part: throughStep !== undefined,
          // What came after the step that was asked for is no matter.
          mayFail: request.mayFail || hasReached(compared.series, throughStep),
        })
      : touchedSentence(touched).replace(/\.$/, '');
  return { details, compared, ...(problem === undefined ? {} : { problem }) };
}

/** Files of the original among those of the run that is run again. */
async function mixedCode({
  change,
  code,
  root,
  variables,
  signal,
}: TrialRequest): Promise<Partial<ReproductionOptions>> {
  if (change.code === undefined || code === undefined) return {};
  const trees = { base: code.now, from: code.original, paths: new Set(change.code) };
  return { tree: await mixTrees({ ...trees, root, signal, environment: variables }) };
}

async function rebuilt({ change, packages, store }: TrialRequest): Promise<Partial<ReproductionOptions>> {
  if (change.packages === undefined || packages === undefined) return {};
  const back = new Set(change.packages);
  const list = [
    ...packages.now.filter(one => !back.has(one.name)),
    ...packages.original.filter(one => back.has(one.name)),
  ];
  return { environment: 'python', packages: await writePackageList(store, list) };
}

function hasReached(series: ComparedRun['series'], throughStep = Infinity): boolean {
  return series.some(({ steps }) => steps.some(step => step >= throughStep));
}

/** A trial that was stopped at its step was cancelled by itself. */
function problemOf(
  { state, result }: RunDetails,
  { part, mayFail }: { readonly part: boolean; readonly mayFail: boolean },
): string | undefined {
  if (state === 'finished' || (state === 'cancelled' && part)) return undefined;
  // The program itself; a trial that could not be prepared says nothing.
  if (mayFail && result?.failure?.code === 'command-failed') return undefined;
  return result?.failure?.message ?? `it was ${state}`;
}

/** When a run was started, in milliseconds since the epoch. */
export function startOf({ id, result }: Pick<RunDetails, 'id' | 'result'>): number {
  const started = Date.parse(result?.startedAt ?? '');
  return Number.isNaN(started) ? decodeTime(id) : started;
}
