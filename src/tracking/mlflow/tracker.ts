/**
 * Joins what MLflow clients say to the runs of Lockstep. The first MLflow run without a parent is the run itself,
 * further ones are child runs, and those of other processes of a distributed run are series of the run by rank.
 * Whatever changes goes to the run record and to the journal before the answer.
 */
import { TrackingState, type MlflowRun } from './trackingState.ts';
import { runEventSchema, type JournalEvent, type RunEvent } from './journalEvents.ts';
import type { Journal } from './journal.ts';
import type { Keeper } from './keeper.ts';
import { doesNotExist } from './mlflowProblem.ts';
import { RunMetrics } from './runMetrics.ts';
import { endOf } from './runStatus.ts';
import type { MetricPoint, MetricSeries } from '../../runs/metricSeries.ts';
import type { ReportedLine } from '../../runs/reported.ts';
import type { ChildRun, TrackedRun, TrackedRuns } from '../trackedRun.ts';

export interface TrackerOptions {
  readonly runs: TrackedRuns;
  readonly journal: Journal;
  readonly keeper: Keeper;
  readonly artifacts: 'file' | 'http';
  readonly userName: string;
  readonly onProblem: (text: string) => void;
}

export interface RunChanges extends Partial<Omit<RunEvent, 'end' | 'invented'>> {
  readonly end?: number | undefined;
  readonly invented?: boolean | undefined;
}

/** A run that ended and is logged to again gets its result anew after this pause. */
const endAgainMs = 500;

export class Tracker {
  readonly state = new TrackingState(Date.now());
  readonly runs: TrackedRuns;
  readonly artifacts: 'file' | 'http';
  readonly userName: string;
  readonly onProblem: (text: string) => void;
  readonly metrics: RunMetrics;
  /** Told of tags that a client set, also to what they were. */
  onTags: (run: MlflowRun, tags: ReadonlyMap<string, string>) => void = () => undefined;
  readonly #journal: Journal;
  readonly #keeper: Keeper;
  readonly #createdLast: Map<string, string>;
  readonly #endAgain = new Map<string, NodeJS.Timeout>();

  constructor(options: TrackerOptions) {
    this.runs = options.runs;
    this.artifacts = options.artifacts;
    this.userName = options.userName;
    this.onProblem = options.onProblem;
    this.#journal = options.journal;
    this.#keeper = options.keeper;
    const { onProblem } = options;
    this.metrics = new RunMetrics({ series: run => this.series(run), onProblem });
    const { events, strangeLines } = options.journal.read();
    for (const event of events) this.state.apply(event);
    this.#createdLast = createdLast(events);
    if (strangeLines > 0)
      options.onProblem(`${strangeLines} lines of the journal of MLflow calls could not be read.`);
    for (const run of this.state.runs.values()) {
      this.metrics.isOfBefore(run.id);
      // It was logged to again after its end, and the supervisor was killed before that was carried over.
      if (endOf(run) !== undefined && this.#child(run)?.ended === false) this.#end(run.id);
    }
  }

  /** What is kept together: first `steps`, then the acts in the journal. Nothing when it is done at once. */
  commit(events: readonly JournalEvent[], steps: readonly (() => void)[] = []): Promise<void> | undefined {
    for (const event of events) {
      this.state.apply(event);
      if ('run' in event && event.run !== undefined) this.#heardOf(event.run);
    }
    return this.#keeper.keep(
      [...steps, () => this.#journal.append(events.map(event => this.#placed(event)))],
      () => JSON.stringify(events).length + 500 * steps.length,
    );
  }

  /** Steps that need no line in the journal. */
  keep(steps: readonly (() => void)[]): Promise<void> | undefined {
    return this.#keeper.keep(steps, () => 500 * steps.length);
  }

  /** Appends to the journal what is only known while steps are done. Throws like them. */
  append(event: JournalEvent): void {
    this.state.apply(event);
    this.#journal.append([event]);
  }

  /** Throws RESOURCE_DOES_NOT_EXIST. */
  run(id: string): MlflowRun {
    const run = this.state.runs.get(id);
    if (run === undefined) throw doesNotExist(`Run with id=${id} not found`);
    return run;
  }

  /**
   * The run that an earlier supervisor made for the same request and heard nothing more of: the answer did not reach
   * the client, so it asks again.
   */
  async sameRequest(request: string | undefined): Promise<MlflowRun | undefined> {
    const run = this.state.runs.get(this.#createdLast.get(request ?? '') ?? '');
    if (run === undefined) return undefined;
    await this.metrics.ready(run);
    this.#createdLast.delete(request ?? '');
    return this.metrics.latest(run).size === 0 ? run : undefined;
  }

  /** The act that says of a run what it says now, and what changed. Changes of undefined take a value away. */
  runEvent(run: MlflowRun, changes: RunChanges): RunEvent {
    // Leaves out what is not part of the act.
    return runEventSchema.parse({ ...(this.state.runs.get(run.id) ?? run), ...changes });
  }

  /** True for the runs whose parameters and tags are the ones shown. */
  speaks(run: MlflowRun): boolean {
    return run.rank === undefined || run.rank === 0;
  }

  /** Where its metrics go; a child run is made here. Throws when that cannot be written. */
  target(run: MlflowRun): TrackedRun {
    const current = this.state.runs.get(run.id) ?? run;
    if (current.place === 'main') return this.runs.main;
    return this.#child(current) ?? this.#startChild(current);
  }

  /** A step that says something about the run, where it has a say. */
  report(run: MlflowRun, line: Omit<ReportedLine, 'at'>): () => void {
    return () => {
      if (this.speaks(run)) this.openedTarget(run).report(line);
    };
  }

  /** The target, ready to be written to even when its run has ended. */
  openedTarget(run: MlflowRun): TrackedRun {
    const current = this.state.runs.get(run.id) ?? run;
    const target = this.target(current);
    const ended = endOf(current);
    if (current.place === 'main' || ended === undefined) return target;
    const waiting = this.#endAgain.get(run.id);
    if (waiting === undefined) this.#child(current)?.resume();
    else clearTimeout(waiting);
    const timer = setTimeout(() => this.#end(run.id), endAgainMs);
    timer.unref();
    this.#endAgain.set(run.id, timer);
    return target;
  }

  /** A step that carries the state of an MLflow run over to where it is shown. */
  carryStatus(run: MlflowRun): () => void {
    return () => {
      const current = this.state.runs.get(run.id) ?? run;
      const end = endOf(current);
      if (current.place === 'main') {
        if (this.speaks(current)) this.runs.main.report({ state: end?.state ?? 'running' });
        return;
      }
      const child = this.#child(current);
      if (end === undefined) child?.resume();
      else child?.end(end);
    };
  }

  /** All points of a run, as the record has them. */
  async series(run: MlflowRun): Promise<readonly MetricSeries[]> {
    if (run.place !== 'main' && this.#child(run) === undefined) return [];
    const all = await this.target(run).series();
    return all.filter(series => series.rank === (run.rank ?? null));
  }

  /** Adds those points that the run does not have yet. */
  async log(run: MlflowRun, points: readonly MetricPoint[]): Promise<void> {
    if (points.length === 0) return;
    this.#heardOf(run.id);
    const taken = this.metrics.take(run, points);
    const fresh = taken instanceof Promise ? await taken : taken;
    if (fresh.length === 0) return;
    const kept = this.#keeper.keep([() => this.openedTarget(run).points(fresh)], () => 100 * fresh.length);
    if (kept !== undefined) await kept;
  }

  /** Answers that wait for room on the disk are given now. */
  stopWaiting(): void {
    this.#keeper.stopWaiting();
  }

  close(): void {
    for (const [id, timer] of this.#endAgain) {
      clearTimeout(timer);
      this.#end(id);
    }
    this.#keeper.close();
    this.#journal.close();
  }

  /** Where a run belongs may have been decided since the act was told. */
  #placed(event: JournalEvent): JournalEvent {
    const place = event.event === 'run' ? this.state.runs.get(event.id)?.place : undefined;
    return event.event === 'run' && place !== undefined ? { ...event, place } : event;
  }

  #heardOf(run: string): void {
    if (this.#createdLast.size > 0) this.#createdLast.delete(this.state.runs.get(run)?.request ?? '');
  }

  #child(run: MlflowRun): ChildRun | undefined {
    return run.place === 'main' || run.place.child === '' ? undefined : this.runs.child(run.place.child);
  }

  #startChild(run: MlflowRun): ChildRun {
    const parent = this.state.runs.get(run.tags.get('mlflow.parentRunId') ?? '');
    const child = this.runs.startChild({
      ...(run.invented === true ? {} : { name: run.name }),
      startedAt: run.start,
      ...(parent === undefined || parent.place === 'main' || parent.place.child === ''
        ? {}
        : { parent: parent.place.child }),
    });
    this.append(this.runEvent(run, { place: { child: child.id } }));
    return child;
  }

  #end(id: string): void {
    this.#endAgain.delete(id);
    const run = this.state.runs.get(id);
    if (run !== undefined && endOf(run) !== undefined)
      void this.#keeper.keep([this.carryStatus(run)], () => 100);
  }
}

/** Request → run, of the runs of which the journal holds no more than their beginning. */
function createdLast(events: readonly JournalEvent[]): Map<string, string> {
  const requests = new Map<string, string>();
  const told = new Map<string, number>();
  for (const event of events) {
    if (event.event === 'run' && event.request !== undefined) requests.set(event.request, event.id);
    const run = event.event === 'run' ? event.id : 'run' in event ? event.run : undefined;
    if (run !== undefined) told.set(run, (told.get(run) ?? 0) + 1);
  }
  return new Map([...requests].filter(([, run]) => (told.get(run) ?? 0) <= 2));
}
