/** From what was asked to a running command. The plan is on disk before the command starts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { errorText } from '../base/systemError.ts';
import type { Plan } from '../runs/plan.ts';
import { sightOutputs, type OutputSights } from './capture/leftAlone.ts';
import { pythonHook } from './capture/pythonHook.ts';
import { childEnvironment, withoutMark } from './childEnvironment.ts';
import type { CommandPlace, PlacedCommand } from './commandPlace.ts';
import { hasOwnTrackingUri, mlflowEnvironment, withoutOuterMlflow } from './mlflowEnvironment.ts';
import { openPlace } from './openPlace.ts';
import { planRun } from './planRun.ts';
import { ProcessRecords } from './processRecords.ts';
import { keepReserve } from './reserve.ts';
import type { PreparedRun } from './runHooks.ts';
import type { Supervision } from './supervision.ts';

export interface StartedRun {
  readonly plan: Plan;
  readonly prepared: PreparedRun;
  readonly place: CommandPlace;
  readonly command: PlacedCommand;
  readonly records: ProcessRecords;
  /** The environment in which programs are started on this machine that only look at the surroundings of the command. */
  readonly surroundings: Readonly<Record<string, string>>;
  /** The environment of the command without its mark and its observer; the same where it runs on this machine. */
  readonly variables: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** performance.now() at the start. */
  readonly startedClock: number;
  /** Declared outputs that lay there already; unknown of a command that an earlier supervisor started. */
  readonly outputsBefore?: OutputSights;
  /** An earlier supervisor started the command: it is not this process's child. */
  readonly adopted?: boolean;
}

/** Rejects with the reason why there is no command running; with the abort reason when the run was cancelled before. */
export async function startRun(supervision: Supervision): Promise<StartedRun> {
  const { spec, paths, log, cancel, hooks, hookFolder } = supervision;
  const { input } = supervision;
  const [records] = await Promise.all([
    ProcessRecords.open(paths.process),
    // Exists from the start, so that it can be watched and appended to.
    writeFile(paths.childMetrics, '', { flag: 'a' }),
  ]);
  log.note('supervising');
  // A checkout may take minutes.
  if (spec.reproduces !== undefined) void supervision.startWatchdog();
  const prepared = (await hooks.prepare?.(spec, { ...input, paths, signal: cancel.signal })) ?? {};
  const argv = prepared.argv ?? input.argv;
  const place = await openPlace(supervision, {
    ...{ argv, container: prepared.container?.record, variables: prepared.container?.variables },
    cwd: prepared.cwd ?? spec.cwd,
    root: prepared.root ?? spec.root,
  });
  const here = { ...input.environment, ...prepared.variables };
  const additions = {
    ...{ runId: spec.id, colour: spec.colour },
    metricsFile: place.inside(paths.childMetrics),
  };
  const found = place.environment(here);
  const surroundings = withoutMark(childEnvironment(here, additions));
  const planning = planRun(spec, {
    ...{ prepared, argv, place, surroundings },
    variables: found.then(recorded => withoutMark(childEnvironment(recorded, additions))),
    signal: cancel.signal,
    onPhase: name => log.note(`known: ${name}`),
    onProblem: text => log.warn(text),
  });
  planning.catch(() => undefined);
  // What the plan needs of other programs is under way first: they work while this process gets ready.
  await new Promise(resolve => setImmediate(resolve));
  // Before the command starts: what it writes may be met by another run at once.
  const announced = supervision.announce(prepared.root ?? spec.root);
  const recorded = await found;
  const own = hasOwnTrackingUri(withoutOuterMlflow(recorded));
  const opening = spec.track && !own ? supervision.mlflow.open(place) : undefined;
  // A command may fill the disk at once.
  const room = keepReserve(paths.dir).catch((error: unknown) =>
    log.warn(`No room kept: ${errorText(error)}`),
  );
  const known = await planning;
  cancel.signal.throwIfAborted();
  const endpoint = await opening;
  await announced;
  const mlflow = endpoint !== undefined ? 'endpoint' : spec.track && own ? 'own-server' : undefined;
  const plan = { ...known, ...(mlflow === undefined ? {} : { mlflow }) };
  await writeJsonAtomic(paths.plan, plan);
  supervision.runs.plan = plan;
  log.note('the plan is written');
  cancel.signal.throwIfAborted();

  const observer =
    spec.pythonHook && hookFolder !== undefined
      ? await place.hookFolder(hookFolder, spec.recordOperations)
      : undefined;
  // Others than the person may write in a container, and what they made nobody could remove.
  if (observer !== undefined && place.isHere) await mkdir(paths.earlier, { recursive: true });
  const environment = childEnvironment(recorded, {
    ...additions,
    mlflow: endpoint && mlflowEnvironment(endpoint.variables(withoutOuterMlflow(recorded))),
    pythonHook:
      observer === undefined
        ? undefined
        : pythonHook(
            observer,
            place.inside(paths.seen),
            recorded,
            spec.recordOperations
              ? { file: place.inside(paths.operations), root: rootInside(place, prepared.root ?? spec.root) }
              : undefined,
            prepared.protection,
          ),
  });
  await room;
  const outputsBefore = await sightOutputs(plan.root, plan.declaredOutputs);
  const command = await place.start({
    argv,
    cwd: prepared.cwd ?? spec.cwd,
    environment,
    stdin: spec.stdin,
    readOnly: prepared.protection?.mounted,
  });
  const startedClock = performance.now();
  const startedAt = new Date().toISOString();
  log.note(`the command runs as process ${command.pid}`);
  // The command runs whether it can be written down or not: it is watched to its end all the same.
  const unrecorded = (error: unknown): void =>
    log.warn(`process.json could not be completed: ${errorText(error)}`);
  await records
    .add({ ...command.recorded, ...(command.child && { child: { ...command.child } }), startedAt })
    .catch(unrecorded);
  const { identity } = await supervision.startWatchdog();
  if (identity !== undefined) await records.add({ watchdog: { ...identity } }).catch(unrecorded);
  supervision.runs.processes = records.current;
  supervision.changed();
  return {
    ...{ plan, prepared, place, command, records, surroundings, startedAt, startedClock, outputsBefore },
    variables: withoutMark(childEnvironment(recorded, additions)),
  };
}

/** Undefined in a container that has only a part of the repository. */
function rootInside(place: CommandPlace, root: string): string | undefined {
  try {
    return place.inside(root);
  } catch {
    return undefined;
  }
}
