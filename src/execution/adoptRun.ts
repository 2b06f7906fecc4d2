/**
 * Takes the place of a supervisor that was killed: goes on with everything where that one stopped, and writes what can
 * truly be said of the end. The command is not this process's child, so its exit code is not to be known.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDiskFull } from '../base/isDiskFull.ts';
import { errorText } from '../base/systemError.ts';
import { planSchema } from '../runs/plan.ts';
import type { Plan } from '../runs/plan.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';
import { runPaths, runPathsIn } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { supervisorLives } from '../runs/runState.ts';
import { captureRun } from './captureRun.ts';
import { childEnvironment, withoutMark } from './childEnvironment.ts';
import { claimRun } from './claimRun.ts';
import type { Claimed } from './claimRun.ts';
import type { CommandPlace, PlacedCommand } from './commandPlace.ts';
import { supervisorKilledEarly } from './errors.ts';
import { completeRecord, finishRun, recordFailedStart } from './finishRun.ts';
import { readLaunchSpec } from './launchSpec.ts';
import type { LaunchSpec } from './launchSpec.ts';
import { openPlace } from './openPlace.ts';
import { ProcessRecords } from './processRecords.ts';
import { releaseTrackingReserve } from './reserve.ts';
import { readProcessRecord, readResult } from './runEnd.ts';
import type { RunHooks } from './runHooks.ts';
import type { StartedRun } from './startRun.ts';
import type { Supervision } from './supervision.ts';
import { supervisorLog } from './supervisorLog.ts';
import { watchCommand } from './watchCommand.ts';
import { outlive, withSupervision } from './withSupervision.ts';

/** As long as an MLflow client goes on trying, and longer. */
const roomPatienceMs = 10 * 60_000;

/**
 * Resolves when everything about the run in the folder `dir` is on disk; at once when there is nothing to take over: its
 * supervisor lives, another process was faster, the run has ended or is gone. Rejects with `launch-unreadable`, or when
 * the folder cannot be written.
 */
export async function adoptRun(dir: string, hooks: RunHooks = {}): Promise<void> {
  const paths = runPathsIn(dir);
  const log = supervisorLog();
  outlive(log);
  const before = await readProcessRecord(paths);
  if (!existsSync(paths.launch)) return;
  const spec = await readLaunchSpec(paths);
  if (isComplete(spec, paths)) return;
  if (before !== undefined && !(await diedBefore(before))) return;
  const claimed = await withRoom(paths, () => claimRun(dir));
  if (claimed === undefined) return;
  log.note(`takes the place of a supervisor that was killed, number ${claimed.number}`);
  await slowDown(claimed);
  const input = { dir, argv: spec.argv, environment: surroundingsOf(spec.id, paths) };
  await withSupervision({ spec, paths, input, log, hooks, adopted: true }, supervision =>
    adoptWith(supervision, before),
  );
}

async function adoptWith(supervision: Supervision, before: ProcessRecord | undefined): Promise<void> {
  const { spec, paths, log, runs } = supervision;
  // Before anybody can know its number: who kills it from now on leaves one behind.
  const { identity } = await supervision.startWatchdog();
  const records = await withRoom(paths, () => ProcessRecords.open(paths.process, before));
  const plan = await readPlan(paths);
  const place = await openPlace(supervision, {
    ...{ argv: spec.argv, container: before?.container },
    root: plan?.root ?? spec.root,
    cwd: plan === undefined ? spec.cwd : join(plan.root, plan.cwd),
  }).catch(async (error: unknown) => {
    // It was killed before it had started anything in the container, which has gone since.
    await recordFailedStart(supervision, error);
    return undefined;
  });
  if (place === undefined) return;
  if (plan !== undefined) {
    runs.plan = plan;
    const journal = await readFile(paths.mlflow, 'utf8').catch(() => '');
    runs.dropUnborn(id => journal.includes(id));
    supervision.mlflow.reopen(place);
  }
  const command = await place.resume(before);
  await records
    .add({
      ...command?.recorded,
      ...(command?.child === undefined ? {} : { child: { ...command.child } }),
      ...(identity === undefined ? {} : { watchdog: { ...identity } }),
    })
    .catch((error: unknown) => log.warn(`process.json could not be completed: ${errorText(error)}`));
  runs.processes = records.current;
  supervision.changed();
  // Its logs are made in the moment the command is started.
  if (plan === undefined || (command === undefined && !existsSync(paths.stdout))) {
    await recordFailedStart(supervision, supervisorKilledEarly());
    return;
  }
  await supervision.hooks
    .resume?.(spec, paths)
    .catch((error: unknown) => log.warn(`No verdict can be found: ${errorText(error)}`));
  const started = startedBefore(supervision, {
    ...{ plan, place, records },
    command: command ?? neverFound,
  });
  const capture = captureRun(supervision, started);
  const result = await readResult(paths);
  if (result !== undefined) {
    await capture.outputs();
    await completeRecord(supervision, started, result, capture);
    return;
  }
  await finishRun(supervision, started, await watchCommand(supervision, started), capture);
}

/** It has ended, and nobody knows how. */
const neverFound: PlacedCommand = {
  ...{ pid: -1, child: undefined, recorded: {} },
  ended: Promise.resolve({ exitCode: undefined, signal: undefined }),
};

function startedBefore(
  supervision: Supervision,
  run: {
    readonly plan: Plan;
    readonly place: CommandPlace;
    readonly records: ProcessRecords;
    readonly command: PlacedCommand;
  },
): StartedRun {
  const { startedAt } = run.records.current;
  const { plan } = run;
  return {
    ...run,
    ...{ startedAt, adopted: true },
    prepared: { root: plan.root, cwd: join(plan.root, plan.cwd) },
    surroundings: supervision.input.environment,
    variables: supervision.input.environment,
    startedClock: performance.now() - (Date.now() - Date.parse(startedAt)),
  };
}

/** What comes after the result may take long, and its supervisor may have been killed over it. */
function isComplete({ store, id, reproduces }: LaunchSpec, paths: RunPaths): boolean {
  if (!existsSync(paths.result)) return false;
  // Without a plan there was no command, and nothing comes after the result.
  if (!existsSync(paths.plan)) return true;
  const judged =
    reproduces === undefined || existsSync(join(runPaths(store, reproduces).verdicts, `${id}.json`));
  return existsSync(paths.captured) && judged;
}

/** The watchdog's record may name this very process. */
async function diedBefore(record: ProcessRecord): Promise<boolean> {
  const { watchdog, ...others } = record;
  const self = watchdog?.pid === process.pid;
  return (await supervisorLives(self ? others : record)) === 'gone';
}

/** A full disk must not leave the run alone: frees what room was kept for this, then waits for more. */
async function withRoom<T>(paths: RunPaths, act: () => Promise<T>): Promise<T> {
  const end = performance.now() + roomPatienceMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isDiskFull(error) || performance.now() >= end) throw error;
      releaseTrackingReserve(paths.dir);
      await delay(500);
    }
  }
}

/** What kills supervisors again and again must not fill the machine with new ones. */
async function slowDown({ number, previousAt }: Claimed): Promise<void> {
  if (number <= 5 || previousAt === undefined || Date.now() - previousAt > 60_000) return;
  await delay(Math.min(30_000, 250 * 2 ** (number - 5)));
}

/** The environment of this process is the launcher's, but for what is its own. */
function surroundingsOf(runId: string, paths: RunPaths): Record<string, string> {
  return withoutMark(
    childEnvironment(process.env, { runId, metricsFile: paths.childMetrics, colour: false }),
  );
}

async function readPlan(paths: RunPaths): Promise<Plan | undefined> {
  try {
    return planSchema.parse(JSON.parse(await readFile(paths.plan, 'utf8')));
  } catch {
    return undefined;
  }
}
