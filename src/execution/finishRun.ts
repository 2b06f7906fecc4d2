/** The end of a run: what came out goes into result.json, once, and truthfully also when the disk is full. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { LockstepError } from '../base/lockstepError.ts';
import { hideSecrets } from '../base/secretText.ts';
import { errorText } from '../base/systemError.ts';
import type { FileUse } from '../runs/captured.ts';
import type { PinnedPath } from '../runs/plan.ts';
import type { EndState, Result, ResultInput } from '../runs/result.ts';
import { resultSchema } from '../runs/result.ts';
import { filesHolding, hiddenValues, hideValues } from './capture/hiddenValues.ts';
import type { RunCapture } from './captureRun.ts';
import { failureOf } from './failureOf.ts';
import { recordedOperations } from './capture/recordedOperations.ts';
import { mlflowElsewhere, mlflowOnOwnServer } from './mlflowElsewhere.ts';
import { pinOutputs } from './pinOutputs.ts';
import { releaseReserve } from './reserve.ts';
import type { StartedRun } from './startRun.ts';
import type { Reported } from '../runs/reported.ts';
import { readReported, reportedOf } from './reportedOf.ts';
import { summariseRun } from './summariseRun.ts';
import type { Supervision } from './supervision.ts';
import type { WatchedCommand } from './watchCommand.ts';
import { writeResult } from './writeResult.ts';

/** Writes the result, then lets the hooks have their say. */
export async function finishRun(
  supervision: Supervision,
  started: StartedRun,
  watched: WatchedCommand,
  capture: RunCapture,
): Promise<void> {
  const { paths, log, spec } = supervision;
  const { end } = watched;
  const said = await readReported(paths);
  const state = endState(watched, said);
  if (state === undefined) {
    // Nobody can say how it ended: it stays lost, with everything that is known of it.
    log.note('how the command ended is not to be known: no result is written');
    await capture.outputs(watched.opened);
    await capture.finish();
    await supervision.hooks
      .afterLost?.(spec, paths)
      .catch((error: unknown) => log.note(`after the end: ${errorText(error)}`));
    await releaseReserve(paths.dir).catch(() => undefined);
    return;
  }
  const how = end.signal === undefined ? `exit code ${end.exitCode ?? 'unknown'}` : `signal ${end.signal}`;
  if (started.adopted === true) log.warn(adoptedWarning(watched));
  supervision.runs.endOpenChildren(state, watched.endedAt);
  const metrics = await summariseRun(paths, supervision.chartLines.yet);
  for (const problem of metrics.problems) log.warn(problem);
  const { reported, reportedParameters } = reportedOf(said);
  const outputs = await capture.outputs(watched.opened);
  if (started.plan.mlflow === 'endpoint' && started.adopted !== true && supervision.mlflow.requests === 0)
    for (const warning of mlflowElsewhere(outputs)) log.warn(warning);
  if (capture.ownMlflow() && !log.warnings.some(warning => warning.startsWith('MLflow logged to ')))
    log.warn(mlflowOnOwnServer);
  await tellOperations(supervision);
  const changed = await capture.changedCode();
  const pinned = await pinnedOutputs(supervision, started, state, outputs);
  const secrets = hiddenValues(supervision.input.argv, spec.argv, spec.secretArguments);
  const hide = (text: string): string =>
    secrets === undefined ? hideSecrets(text) : hideValues(text, secrets);
  const holding =
    secrets === undefined || secrets.length === 0 ? undefined : await filesHolding(paths.dir, secrets);
  const result: ResultInput = {
    schemaVersion: 1,
    state,
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    ...(end.signal === undefined ? {} : { signal: end.signal }),
    startedAt: started.startedAt,
    endedAt: watched.endedAt,
    durationMs: watched.durationMs,
    ...(state === 'failed'
      ? {
          failure: {
            ...(await failureOf(spec.stdin === 'terminal' ? paths.stdout : paths.stderr, how, hide)),
            ...end.failure,
          },
        }
      : {}),
    outputs,
    ...(capture.madeFolders().length === 0 ? {} : { madeFolders: [...capture.madeFolders()] }),
    ...(capture.links().length === 0 ? {} : { links: [...capture.links()] }),
    ...(holding === undefined ? {} : { secretsIn: holding }),
    ...(pinned === undefined ? {} : { pinned }),
    // Of what could not be kept while the disk was full the log still knows.
    reportedParameters: { ...reportedParameters, ...metrics.reportedParameters },
    reported,
    metrics: metrics.summaries,
    ...(changed === undefined ? {} : { codeChangedDuringRun: changed.all.length > 0 }),
    ...someOf('codeChangedFiles', changed?.all),
    ...someOf('changedBeforeUse', changed?.beforeUse),
    ...someOf('changedAfterUse', changed?.afterUse),
    ...(capture.meanwhile().length === 0 ? {} : { changedMeanwhile: capture.meanwhile().slice(0, 100) }),
    ...(state === 'cancelled' && supervision.cancel.why !== undefined
      ? { reached: supervision.cancel.why }
      : {}),
    detachedProcesses: watched.left.length,
    ...someOf('detachedNames', watched.left),
    warnings: [...log.warnings],
  };
  await publishResult(supervision, result);
  await completeRecord(supervision, started, resultSchema.parse(result), capture);
}

function someOf<Name extends string>(
  name: Name,
  paths: readonly string[] = [],
): Partial<Record<Name, string[]>> {
  return paths.length === 0 ? {} : ({ [name]: paths.slice(0, 100) } as Record<Name, string[]>);
}

/** Where recording was asked for: what it took, or why there is none, unless that was said before the start. */
async function tellOperations({ spec, paths, log }: Supervision): Promise<void> {
  if (!spec.recordOperations || log.warnings.some(warning => warning.includes('operations are not recorded')))
    return;
  const told = spec.pythonHook
    ? await recordedOperations(paths.operations).catch(() => undefined)
    : 'No operations were recorded: the Python hook is switched off.';
  if (told !== undefined) log.warn(told);
}

/** Of a run that finished: what a failed one left is hardly a version, and a reproduction makes none. */
async function pinnedOutputs(
  { spec, log }: Supervision,
  { plan, surroundings }: StartedRun,
  state: EndState,
  outputs: readonly FileUse[],
): Promise<PinnedPath[] | undefined> {
  const { pinOutputs: asked } = spec;
  if (asked === undefined || asked === false || state !== 'finished' || plan.reproduces !== undefined)
    return undefined;
  return pinOutputs({ pinOutputs: asked, plan, outputs, environment: surroundings, log });
}

/** What comes after the result: captured.json, and what the hooks have to say. Never rejects. */
export async function completeRecord(
  { spec, paths, log, hooks }: Supervision,
  { plan }: StartedRun,
  result: Result,
  capture: RunCapture,
): Promise<void> {
  await capture.finish();
  try {
    await hooks.afterResult?.({ spec, paths, plan, result });
  } catch (error) {
    log.note(`after the result: ${errorText(error)}`);
  }
}

/** Undefined when the command was not this process's child, was not cancelled, and did not say its end itself. */
function endState({ end, cancelled }: WatchedCommand, { state }: Reported): EndState | undefined {
  if (cancelled) return 'cancelled';
  if (end.failure !== undefined) return 'failed';
  if (end.exitCode !== undefined || end.signal !== undefined)
    return end.exitCode === 0 ? 'finished' : 'failed';
  return state === 'running' ? undefined : state;
}

function adoptedWarning({ end, cancelled }: WatchedCommand): string {
  const known = end.exitCode !== undefined || end.signal !== undefined || end.failure !== undefined;
  const replaced = 'The supervisor of this run was killed and replaced';
  if (known) return `${replaced}.`;
  return cancelled
    ? `${replaced}, so the exit code is not known.`
    : `${replaced}, so the exit code is not known; the state is what the program said itself.`;
}

/** What a result takes to be written. */
type Recorder = Pick<Supervision, 'paths' | 'log' | 'cancel' | 'changed'>;

/** The result of a run whose command never started. */
export async function recordFailedStart(supervision: Recorder, error: unknown): Promise<void> {
  const { cancel, log } = supervision;
  const failure =
    error instanceof LockstepError
      ? {
          code: error.code,
          message: error.message,
          ...(error.mend === undefined ? {} : { mend: error.mend }),
        }
      : { code: 'preparation-failed', message: errorText(error) };
  await publishResult(supervision, {
    schemaVersion: 1,
    state: cancel.yet ? 'cancelled' : 'failed',
    endedAt: new Date().toISOString(),
    ...(cancel.yet ? {} : { failure }),
    outputs: [],
    metrics: {},
    warnings: [...log.warnings],
  });
}

/** How long a result that cannot be written is tried again, in milliseconds: space may be made meanwhile. */
const patienceMs = 10 * 60 * 1000;

async function publishResult({ paths, log, changed }: Recorder, result: ResultInput): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      const first = await writeResult(paths.result, result);
      log.note(first ? 'the result is written' : 'there was a result already');
      await releaseReserve(paths.dir);
      changed();
      return;
    } catch (error) {
      log.warn(`The result could not be written: ${errorText(error)}`);
      // The run was deleted: nobody is left to be told.
      if (performance.now() >= end || !existsSync(paths.dir)) throw error;
      // Gives back the room that was kept for this moment.
      await releaseReserve(paths.dir);
      await delay(500);
    }
  }
}
