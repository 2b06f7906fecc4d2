/**
 * Keeps watch over a running command until it ends: takes in its metrics, measures what it uses, and ends its whole
 * tree when asked to. What the command leaves running when it ends by itself is counted and left alone: the run is
 * over, and a server or an uploader it started on purpose is not ours to end.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcessTree } from '../base/processTree.ts';
import type { TreeRoot } from '../base/processTree.ts';
import { errorText } from '../base/systemError.ts';
import type { PlacedTree } from './commandPlace.ts';
import { OpenFiles } from './capture/openFiles.ts';
import type { SeenRead } from './capture/readSeen.ts';
import { followRunSources } from './followRunSources.ts';
import { LogTimesIntake } from './logTimes.ts';
import { MetricIntake } from './metricIntake.ts';
import { MetricSink } from './metricSink.ts';
import { keepReserve } from './reserve.ts';
import { ResourceSampler } from './resourceSampler.ts';
import type { ResourceSample } from './resourceSampler.ts';
import type { CommandEnd } from './spawnCommand.ts';
import type { StartedRun } from './startRun.ts';
import type { Supervision } from './supervision.ts';
import { TailGroup } from './tailGroup.ts';
import type { Tail } from './tailGroup.ts';
import { removeScriptLines } from './terminalCommand.ts';

export interface WatchedCommand {
  readonly end: CommandEnd;
  readonly endedAt: string;
  readonly durationMs: number;
  /** The end was asked for before the command ended. */
  readonly cancelled: boolean;
  /** Names of processes that the command left behind. */
  readonly left: readonly string[];
  /** Files of the working tree that were found open for reading. */
  readonly opened: readonly SeenRead[];
}

/** Files in the run folder that the supervisor writes itself. */
const own = /^(?:\..*|heartbeat|.*\.bin|supervisor\.log|(?:process|plan|result|captured)\.json)$/;

export async function watchCommand(supervision: Supervision, started: StartedRun): Promise<WatchedCommand> {
  const { paths, log, cancel, spec, runs } = supervision;
  const intake = new MetricIntake({
    ...{ paths, log, run: runs.main },
    metricLines: supervision.chartLines.yet,
  });
  const tails = new TailGroup(paths.dir, [intake, ...logTimes(supervision)], {
    ignore: name => own.test(name),
    onProblem: error => log.warn(`Output could not be read: ${errorText(error)}`),
  });
  supervision.chartLines.whenAsked(() => {
    intake.chartLines();
    tails.look();
  });
  const resources = measureResources(supervision, started);
  const sources = followRunSources(supervision, started, resources.tree);
  let ending: Promise<number> = Promise.resolve(0);
  let cancelled = false;
  let over = false;
  cancel.whenAsked(() => {
    if (over) return;
    cancelled = true;
    ending = resources.placed.end({
      remembered: () => resources.tree().remembered,
      grace: spec.grace,
      timesAsked: () => cancel.times,
      onStage: (signal, count) => log.note(`${signal} sent to ${count} processes`),
    });
  });

  tails.look();
  // What an earlier supervisor kept may be used up.
  if (started.adopted === true)
    await keepReserve(paths.dir).catch((error: unknown) => log.warn(`No room kept: ${errorText(error)}`));
  const end = await started.command.ended;
  over = true;
  const durationMs = end.noted?.durationMs ?? performance.now() - started.startedClock;
  const endedAt = end.noted?.at ?? new Date().toISOString();
  await noteEnd(supervision, started, { ...end, at: endedAt, durationMs });
  log.note(`the command ended with ${end.signal ?? end.exitCode ?? 'nothing known'}`);
  const survivors = await ending;
  if (survivors > 0) log.warn(`${survivors} processes could not be ended.`);

  // Before the lines of `script` go: to a source a file that is written anew is another file.
  await sources?.finish();
  if (spec.stdin === 'terminal') await removeScriptLines(paths.stdout).catch(() => undefined);
  tails.drain();
  intake.finish();
  await supervision.mlflow.close();
  tails.close();
  resources.stop();
  const left = await leftBehind(resources.tree, started.command.child?.pid);
  return {
    ...{ end, endedAt, durationMs, cancelled },
    ...{ left, opened: resources.opened() },
  };
}

/** Helpers of a program (multiprocessing has some) end a moment after it: only what is still there then was left. */
async function leftBehind(tree: () => TreeRoot, command: number | undefined): Promise<string[]> {
  for (let look = 0; ; look++) {
    const found = await findProcessTree(tree()).catch(() => []);
    const left = found.filter(({ pid }) => pid !== command);
    if (left.length === 0) return [];
    if (look >= mostLooks)
      return Promise.all(
        left.map(async ({ pid }) =>
          (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim().replace(/^$/, 'a process'),
        ),
      );
    await delay(100);
  }
}

const mostLooks = 10;

/** What only this process knows, kept before the work that comes after the end. */
async function noteEnd(
  { log }: Supervision,
  { records }: StartedRun,
  {
    exitCode,
    signal,
    at,
    durationMs,
  }: Pick<CommandEnd, 'exitCode' | 'signal'> & { readonly at: string; readonly durationMs: number },
): Promise<void> {
  if (exitCode === undefined && signal === undefined) return;
  const how = exitCode === undefined ? { signal } : { exitCode };
  await records
    .add({ ended: { ...how, at, durationMs } })
    .catch((error: unknown) => log.note(`the end could not be noted: ${errorText(error)}`));
}

function logTimes({ paths, log }: Supervision): Tail[] {
  try {
    return [new LogTimesIntake(paths)];
  } catch (error) {
    log.warn(`The log will show no times: ${errorText(error)}`);
    return [];
  }
}

function measureResources(
  { paths, log, spec }: Supervision,
  started: StartedRun,
): {
  readonly tree: () => TreeRoot;
  readonly placed: PlacedTree;
  opened(): readonly SeenRead[];
  stop(): void;
} {
  const placed = started.place.tree(started.command);
  const sink = new MetricSink(paths.resources);
  let step: number | undefined;
  const onSample = ({ time, values }: ResourceSample): void => {
    try {
      const at = (step ??= sink.countBefore('processes', undefined));
      sink.append(Object.entries(values).map(([key, value]) => ({ key, step: at, time, value })));
      step++;
    } catch (error) {
      log.warn(`Use of resources could not be written: ${errorText(error)}`);
    }
  };
  // In a container they have other names.
  const open = started.place.isHere ? new OpenFiles(started.plan.root) : undefined;
  const sampler = new ResourceSampler({
    tree: () => tree(),
    onMembers: pids => open?.look(pids),
    everyMs: spec.resourcesEveryMs,
    onSample,
    environment: started.surroundings,
  });
  const tree = (): TreeRoot => placed.root(sampler.members);
  sampler.start();
  return {
    ...{ tree, placed },
    opened: () => open?.found ?? [],
    stop(): void {
      sampler.stop();
      sink.close();
    },
  };
}
