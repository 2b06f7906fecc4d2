/**
 * Finds out why a run diverged from another by short reruns, each with one ingredient set back to the original, and
 * writes what came out to `causes/<ulid>.json` of the original. Nobody's work is touched: each rerun is a reproduction.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaunchOptions } from '../../execution/launchRun.ts';
import { readLaunchSpec } from '../../execution/launchSpec.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import { announceChange } from '../../runs/changes.ts';
import type { CauseReport } from '../../runs/causeReport.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { RunStore } from '../../runs/runStore.ts';
import { writeInRun } from '../../runs/writeInRun.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import { volatileOutputReason } from '../comparison/volatileNames.ts';
import { nothingToExplain, planMissing } from '../errors.ts';
import { experimentRules } from '../experimentRules.ts';
import type { RunEnd } from '../verdict/gradeReproduction.ts';
import { readRules } from '../readRules.ts';
import type { ReproduceRequest } from '../reproduceRun.ts';
import { requireConfirmed } from '../requireConfirmed.ts';
import { changedCode } from './changedCode.ts';
import { changedInputs, changedSince } from './changedInputs.ts';
import { causeReportSentence } from './causeReportSentence.ts';
import { reproductionOptionsSchema } from '../reproductionOptions.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { machineOf, sameMachine } from '../probe/machineOf.ts';
import { findDivergence } from './findDivergence.ts';
import type { Divergence } from './findDivergence.ts';
import { joinsOriginal, sameEnds } from './joinsOriginal.ts';
import type { ComparedRun, JoinRules } from './joinsOriginal.ts';
import { differingOperation } from './operations/differingOperation.ts';
import { noiseBetween } from './noiseBetween.ts';
import { joinsWithinNoise, noiseOf } from './noiseRules.ts';
import { planTrials } from './planTrials.ts';
import type { TrialPlan } from './planTrials.ts';
import { runTrial } from './runTrial.ts';
import { mostTrials, searchCause, toldOutcome } from './searchCause.ts';
import type { SearchResult, TrialOutcome } from './searchCause.ts';
import { estimateOf, lastTrialStep } from './trialLength.ts';
import { comparedRun, sourcesOf, trialSide } from './trialSides.ts';

export interface FindCauseRequest extends Omit<ReproduceRequest, 'original' | 'options' | 'argv'> {
  readonly original: RunDetails;
  /** A reproduction of it, or any other run. */
  readonly other: RunDetails;
  /** Record what the operations of the trials compute, to name the first that differs. */
  readonly recordOperations?: boolean;
  /** Called with what there is to do before anything is done; false leaves it undone. */
  readonly confirm?: (plan: CausePlan) => Promise<boolean>;
  readonly onProgress?: (progress: CauseProgress) => void;
  /** What the program prints during a trial. */
  readonly onOutput?: (chunk: Uint8Array) => void;
  /** Stops after what is found until then is written. */
  readonly signal: AbortSignal;
}

export interface CausePlan extends TrialPlan {
  /** Where the curves part; undefined where only outputs or ends differ, then each trial runs to its end. */
  readonly divergence?: Divergence | undefined;
  readonly throughStep?: number | undefined;
  /** What trials go by, where the program is not like itself. */
  readonly noise?: CauseReport['noise'];
  /** How the two ended, where that is what differs. */
  readonly ends?: { readonly original: RunEnd; readonly other: RunEnd } | undefined;
  /** At most so many, the control included. */
  readonly mostTrials: number;
  /** Of one trial; undefined when it cannot be told. */
  readonly estimateMs?: number | undefined;
  /** Packages of either run that come from an address of their own: `six 1.17.0 from https://…`. */
  readonly packageSources: readonly string[];
}

export type CauseProgress =
  | { readonly kind: 'trial'; readonly number: number; readonly restored: string | undefined }
  | { readonly kind: 'outcome'; readonly restored: string | undefined; readonly outcome: TrialOutcome };

/**
 * Undefined when `confirm` said no. Rejects with `not-confirmed` where either run came from somebody else, with
 * `nothing-to-explain` when the two runs do not differ in what counts, `plan-missing`, and with what reproduceRun rejects with.
 */
export async function findCause(
  request: FindCauseRequest,
  launch: LaunchOptions,
): Promise<CauseReport | undefined> {
  const { original, other, store, signal } = request;
  const runs = new RunStore(store);
  // A trial has variables, packages and inputs of the one, and code and command of the other.
  requireConfirmed(original);
  requireConfirmed(other);
  if (original.plan === undefined) throw planMissing(original.id, original.problems[0]);
  if (other.plan === undefined) throw planMissing(other.id, other.problems[0]);
  const pair = other.plan.reproduces !== original.id;
  const rerun = pair ? other : original;
  const before = await comparedRun(runs, original);
  const after = await comparedRun(runs, other);
  const { file } = await readRules({ ...request, plan: original.plan });
  const { volatile, tolerances } = experimentRules(file, original.plan.experiment);
  const metrics = compareMetrics(before.series, after.series, { volatile });
  const noise = await noiseBetween(
    { runs, original, other, before, after },
    { ...request, volatile, tolerances },
  );
  const divergence = noise?.divergence ?? findDivergence(before.series, after.series, metrics);
  const outputs = before.outputs
    .filter(output => volatileOutputReason(output.path, volatile) === undefined && output.volatile !== true)
    .filter(
      output => after.outputs.some(one => one.path === output.path) || (!pair && isLacking(output, other)),
    )
    .map(output => output.path);
  const ends = divergence === undefined && !sameEnds(before, after);
  const whole: JoinRules = { volatile, outputs, ends };
  if (divergence === undefined && joinsOriginal(before, after, whole).joins)
    throw nothingToExplain(original.id, other.id);
  const throughStep =
    noise?.throughStep ?? (divergence === undefined ? undefined : lastTrialStep(before, after, divergence));
  const rules: JoinRules = { ...whole, throughStep };

  const place = { root: request.root, environment: request.variables };
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-cause-'));
  try {
    const sides = { original: await trialSide(store, original), other: await trialSide(store, other) };
    const inputs = await changedInputs(request, pair, folder);
    const foreign = pair && [original, other].some(({ shared }) => shared !== undefined);
    const code = await changedCode(original.plan, other.plan, { ...place, signal, foreign });
    const exact = planTrials({ ...sides, inputs, code, pair, foreign, shape: knownShape(divergence) });
    // What would make it like itself is another question than what made it another one.
    const planned = noise === undefined ? exact : { ...exact, fixing: [] };
    const plan: CausePlan = {
      ...planned,
      divergence,
      throughStep,
      ...(noise === undefined ? {} : { noise: noiseOf(noise) }),
      ...(ends ? { ends: { original: before.end, other: after.end } } : {}),
      mostTrials: mostTrials(planned.trials, planned.fixing, noise !== undefined),
      estimateMs: ends ? longerOf(original, other) : estimateOf(other, after, throughStep),
      packageSources: sourcesOf([...(sides.original.packages ?? []), ...(sides.other.packages ?? [])]),
    };
    if (request.confirm !== undefined && !(await request.confirm(plan))) return undefined;

    const made = pair ? {} : await madeWith(other);
    let number = 0;
    const machines = { elsewhere: false };
    const executed = new Map<string, ComparedRun>();
    const result = await searchCause({
      ...{ trials: plan.trials, fixing: plan.fixing, twice: noise !== undefined },
      isExplained: async control => (await changedSince(runs, control, other)).length > 0,
      alike: (one, other) => {
        const [first, second] = [executed.get(one), executed.get(other)];
        return first !== undefined && second !== undefined && joinsOriginal(first, second, rules).joins;
      },
      signal,
      run: async (change, restored) => {
        number += 1;
        request.onProgress?.({ kind: 'trial', number, restored });
        const outcome = await tried(async () => {
          const trial = await runTrial(
            {
              ...{ rerun, change, throughStep, mayFail: ends, signal, store, root: request.root, made, code },
              ...{ toolVersion: request.toolVersion, variables: request.variables },
              recordOperations: request.recordOperations ?? false,
              packages:
                sides.original.packages === undefined || sides.other.packages === undefined
                  ? undefined
                  : { now: sides.other.packages, original: sides.original.packages },
              onOutput: request.onOutput,
            },
            launch,
          );
          if (trial.problem !== undefined)
            return { reproductionId: trial.details.id, problem: trial.problem };
          executed.set(trial.details.id, trial.compared);
          // What another machine did says nothing of whether this one repeats itself.
          machines.elsewhere = !sameMachine(machineOf(trial.details), machineOf(other));
          if (noise !== undefined)
            return {
              reproductionId: trial.details.id,
              ...joinsWithinNoise(
                { before: before.series, after: after.series },
                trial.compared.series,
                noise,
              ),
            };
          return {
            reproductionId: trial.details.id,
            ...joinsOriginal(before, trial.compared, rules),
            ...(ends ? { end: trial.compared.end } : {}),
            ...(machines.elsewhere ? {} : { likeOther: joinsOriginal(after, trial.compared, rules).joins }),
          };
        }, signal);
        request.onProgress?.({ kind: 'outcome', restored, outcome });
        return outcome;
      },
    });

    const since = result.control?.joins === true ? await changedSince(runs, result.control, other) : [];
    const found = [
      ...result.culprits.map(({ ingredient, restored }) => ({ ingredient, restored })),
      ...since.map(({ path, then, now }) => ({
        ingredient: 'data' as const,
        restored: `${path} ${then.slice(0, 7)} → ${now.slice(0, 7)}`,
      })),
    ];
    const [culprit] = found;
    const operation =
      request.recordOperations === true ? await operationOf(runs, original, result) : undefined;
    const report: CauseReport = {
      schemaVersion: 1,
      at: new Date().toISOString(),
      host: hostname(),
      runId: original.id,
      reproductionId: other.id,
      ...(throughStep === undefined ? {} : { throughStep }),
      ...(noise === undefined ? {} : { noise: noiseOf(noise) }),
      ...(result.control === undefined ? {} : { control: toldOutcome(result.control) }),
      trials: [...result.trials],
      ...(culprit === undefined ? {} : { culprit, culprits: found }),
      ...(since.length === 0 ? {} : { since }),
      ...(plan.untried.length === 0 ? {} : { untried: plan.untried.map(one => ({ ...one })) }),
      ...(machines.elsewhere ? { elsewhere: { host: machineOf(other).host ?? '' } } : {}),
      ...(result.deterministic === undefined || noise !== undefined || since.length > 0
        ? {}
        : { deterministic: result.deterministic }),
      ...(result.cancelled ? { cancelled: true } : {}),
      ...(operation === undefined ? {} : { operation }),
      sentence: '',
    };
    const told = { ...report, sentence: causeReportSentence(report) };
    await writeInRun(store, original.id, 'causes', told);
    announceChange(store, [original.id, other.id]);
    return told;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A reproduction that came to its end without what the original wrote differs from it by that. */
function isLacking({ how, sha256 }: FileUse, { state }: RunDetails): boolean {
  return state === 'finished' && how !== 'ambiguous' && sha256 !== undefined;
}

/** One that fails early says nothing of how long a trial takes that does not. */
function longerOf(...runs: readonly RunDetails[]): number | undefined {
  const known = runs.flatMap(({ result }) => result?.durationMs ?? []);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** What decides how a reproduction runs, of what it was asked for. */
async function madeWith({ dir }: RunDetails): Promise<Partial<ReproductionOptions>> {
  const spec = await readLaunchSpec(runPathsIn(dir)).catch(() => undefined);
  const asked = reproductionOptionsSchema.safeParse(spec?.options ?? {});
  if (!asked.success) return {};
  const { environment, network, variables, checkpoint, allowOutsideWrites, give, without, gpu } = asked.data;
  return {
    ...{ environment, network, variables, allowOutsideWrites, give, without },
    ...(gpu === undefined ? {} : { gpu }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}

/** Of a trial that joined, else of the original itself where that was recorded, against the control. */
async function operationOf(
  runs: RunStore,
  original: RunDetails,
  { control, joined }: SearchResult,
): Promise<CauseReport['operation']> {
  if (control?.reproductionId === undefined) return undefined;
  const apart = await runs.read(control.reproductionId);
  return differingOperation(joined === undefined ? original : await runs.read(joined), apart);
}

/** A trial that cannot be made is told as such, and the next one is tried. */
async function tried(make: () => Promise<TrialOutcome>, signal: AbortSignal): Promise<TrialOutcome> {
  try {
    return await make();
  } catch (error) {
    signal.throwIfAborted();
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function knownShape(divergence: Divergence | undefined): Parameters<typeof planTrials>[0]['shape'] {
  const known = ['from-the-start', 'growing', 'sudden', 'final-only', 'unclear'] as const;
  return known.find(shape => shape === divergence?.shape);
}
