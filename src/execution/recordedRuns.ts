/**
 * The run that a supervisor owns and the child runs that its program logs, as run folders. An idle child run costs a
 * few objects: files are open only where something is written now.
 */
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import { errorText } from '../base/systemError.ts';
import { recordNotWritten } from '../runs/errors.ts';
import { planSchema } from '../runs/plan.ts';
import type { Plan } from '../runs/plan.ts';
import type { ProcessRecord } from '../runs/processRecord.ts';
import { runPaths } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { EndState } from '../runs/result.ts';
import type { ChildRunStart, TrackedRuns } from '../tracking/trackedRun.ts';
import type { SeriesOwners } from './sources/seriesOwners.ts';
import type { TrainingRuns } from './sources/trainings.ts';
import { childPlan } from './childPlan.ts';
import { LineFile } from './lineFile.ts';
import { MetricSink } from './metricSink.ts';
import { RecordedChildRun } from './recordedChildRun.ts';
import { RecordedRun } from './recordedRun.ts';
import { releaseTrackingReserve } from './reserve.ts';
import type { SupervisorLog } from './supervisorLog.ts';
import { writeJsonSync } from './writeJsonSync.ts';

export interface RecordedRunsOptions {
  readonly id: string;
  readonly store: string;
  readonly log: SupervisorLog;
  /** Tells the readers of the store that a run has changed. */
  readonly changed: (id: string) => void;
}

/** Child runs that may keep their files open. */
const mostOpen = 32;
const nextId = monotonicFactory();

export class RecordedRuns implements TrackedRuns, TrainingRuns {
  readonly main: RecordedRun;
  readonly #options: RecordedRunsOptions;
  readonly #children: Map<string, RecordedChildRun>;
  readonly #list: LineFile;
  readonly #trainings = new Map<string, string>();
  /** Least recently used first. */
  readonly #open = new Set<RecordedChildRun>();
  #plan: Plan | undefined;
  #processes: ProcessRecord | undefined;
  #full = false;

  /** Those that an earlier supervisor started are known again. */
  constructor(options: RecordedRunsOptions) {
    this.#options = options;
    const paths = runPaths(options.store, options.id);
    this.#list = new LineFile(paths.children);
    this.main = new RecordedRun(this.#optionsOf(options.id, paths));
    this.#children = new Map(
      listedIds(paths.children).flatMap(id => {
        const child = this.#recall(id);
        return child === undefined ? [] : [[id, child]];
      }),
    );
    for (const [id, training] of listedTrainings(paths.children))
      if (this.#children.has(id)) this.#trainings.set(training, id);
  }

  /** What child runs are made from; they can be started from now on. */
  set plan(plan: Plan) {
    this.#plan = plan;
  }

  /** The processes of the run are those of its child runs: tells them apart from dead ones. */
  set processes(record: ProcessRecord) {
    this.#processes = record;
    for (const child of this.#children.values()) if (!child.ended) this.#writeProcesses(child.paths);
  }

  /** @param start With the training that it stands for, where files tell of it. */
  startChild(start: ChildRunStart & { readonly training?: string }): RecordedChildRun {
    const { store, changed, id: main } = this.#options;
    const { training } = start;
    const id = nextId();
    const paths = runPaths(store, id);
    if (this.#plan === undefined) throw recordNotWritten(paths.plan, new Error('the run has no plan yet'));
    const parent = start.parent ?? main;
    const plan = childPlan(this.#plan, { ...start, id, parent });
    // Noted first: whoever replaces this process finds every child run there is, and passes over one that was not made.
    const siblings = [...this.#children.values()].filter(child => child.parent === parent).length;
    (this.#children.get(parent) ?? this.main).report({ childRuns: siblings + 1 });
    this.main.withRoom(() => this.#list.append(`${JSON.stringify({ id, training })}\n`));
    this.main.withRoom(() => makeFolder(paths, plan));
    this.#writeProcesses(paths);
    const child = new RecordedChildRun({
      ...this.#optionsOf(id, paths),
      parent,
      startedAt: start.startedAt,
      ended: false,
      used: run => this.#use(run),
    });
    this.#children.set(id, child);
    if (training !== undefined) this.#trainings.set(training, id);
    changed(id);
    return child;
  }

  child(id: string): RecordedChildRun | undefined {
    return this.#children.get(id);
  }

  /**
   * Takes away child runs that an earlier supervisor was killed over before anything was said of them: whoever asked for
   * one asks again, and gets another.
   * @param isNamed Whether something else in the record speaks of a child run.
   */
  dropUnborn(isNamed: (id: string) => boolean): void {
    for (const child of this.#children.values()) {
      if (child.ended || !child.isEmpty || isNamed(child.id)) continue;
      this.#children.delete(child.id);
      rmSync(child.paths.dir, { recursive: true, force: true });
      this.#options.changed(child.id);
      const parent = this.#children.get(child.parent) ?? this.main;
      const childRuns = [...this.#children.values()].filter(one => one.parent === child.parent).length;
      try {
        parent.report({ childRuns });
      } catch (error) {
        this.#options.log.warn(`The number of child runs could not be written: ${errorText(error)}`);
      }
    }
  }

  get owners(): SeriesOwners {
    return this.main.owners;
  }

  get trainings(): ReadonlyMap<string, string> {
    return this.#trainings;
  }

  noteTraining(id: string, training: string): void {
    this.main.withRoom(() => this.#list.append(`${JSON.stringify({ id, training })}\n`));
    this.#trainings.set(training, id);
  }

  /** Ends what the program left open, with the end of its command. What cannot be written is a warning. */
  endOpenChildren(state: EndState, endedAt: string): void {
    const unheard = ['The program did not end this run itself: it has the end of the command.'];
    // Most libraries that log into files say no end.
    const silent = new Set(
      [...this.#trainings].flatMap(([training, id]) => (training.startsWith('wandb') ? [] : [id])),
    );
    for (const child of this.#children.values()) {
      if (child.ended) continue;
      const failure =
        state === 'failed'
          ? { failure: { code: 'parent-failed', message: 'The command ended while this run was open.' } }
          : {};
      try {
        const warnings = silent.has(child.id) ? [] : unheard;
        this.main.withRoom(() =>
          child.end({ state, endedAt: Date.parse(endedAt) }, { ...failure, warnings }),
        );
      } catch (error) {
        this.#options.log.warn(`The end of a child run could not be written: ${errorText(error)}`);
      }
    }
  }

  /** Nothing is written any more. */
  close(): void {
    for (const child of this.#children.values()) child.release();
    try {
      this.main.sink.close();
    } catch (error) {
      this.#options.log.warn(`The metric log could not be closed: ${errorText(error)}`);
    }
  }

  #optionsOf(id: string, paths: RunPaths): ConstructorParameters<typeof RecordedRun>[0] {
    const { changed } = this.#options;
    return {
      ...{ id, paths },
      sink: new MetricSink(paths.metrics),
      changed: () => changed(id),
      makeRoom: () => this.#makeRoom(),
    };
  }

  #recall(id: string): RecordedChildRun | undefined {
    const paths = runPaths(this.#options.store, id);
    try {
      const plan = planSchema.parse(JSON.parse(readFileSync(paths.plan, 'utf8')));
      return new RecordedChildRun({
        ...this.#optionsOf(id, paths),
        parent: plan.parent ?? this.#options.id,
        startedAt: Date.parse(plan.createdAt),
        ended: existsSync(paths.result),
        used: run => this.#use(run),
      });
    } catch {
      // It was noted and never made, or has been removed since.
      return undefined;
    }
  }

  #use(run: RecordedChildRun): void {
    this.#open.delete(run);
    this.#open.add(run);
    if (this.#open.size <= mostOpen) return;
    const [idle] = this.#open;
    if (idle === undefined) return;
    this.#open.delete(idle);
    idle.release();
  }

  #writeProcesses(paths: RunPaths): void {
    if (this.#processes === undefined) return;
    try {
      writeJsonSync(paths.process, this.#processes);
    } catch (error) {
      this.#options.log.warn(`process.json of a child run could not be written: ${errorText(error)}`);
    }
    try {
      // The same file under two names: one heartbeat beats for all.
      linkSync(this.main.paths.heartbeat, paths.heartbeat);
    } catch {
      // It has one already, or the file system has no links: then the processes alone speak for it.
    }
  }

  #makeRoom(): void {
    if (!this.#full) this.#options.log.warn('The disk was full while the run went on.');
    this.#full = true;
    releaseTrackingReserve(this.main.paths.dir);
  }
}

function makeFolder(paths: RunPaths, plan: Plan): void {
  try {
    mkdirSync(dirname(paths.dir), { recursive: true });
    mkdirSync(paths.dir);
    writeJsonSync(paths.plan, plan);
  } catch (error) {
    rmSync(paths.dir, { recursive: true, force: true });
    throw recordNotWritten(paths.dir, error);
  }
}

/** A training that was noted twice is the later one's: the earlier was never made. */
function listedTrainings(path: string): [id: string, training: string][] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap(line => {
      const { data } = lineSchema.safeParse(parsed(line));
      return data === undefined ? [] : [[data.id, data.training]];
    });
}

const lineSchema = z.object({ id: z.string(), training: z.string() });

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function listedIds(path: string): string[] {
  if (!existsSync(path)) return [];
  return [...readFileSync(path, 'utf8').matchAll(/"id":"([0-9A-HJKMNP-TV-Z]{26})"/g)].map(
    ([, id = '']) => id,
  );
}
