/** A run in a folder whose sources are followed in this process, written with the product's own writers. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import { MetricIntake } from '../../src/execution/metricIntake.ts';
import { mlflowRuns } from '../../src/execution/mlflowRuns.ts';
import { RecordedRuns } from '../../src/execution/recordedRuns.ts';
import { followSources } from '../../src/execution/sources/followSources.ts';
import type { FollowedSources, FollowSourcesOptions } from '../../src/execution/sources/followSources.ts';
import { supervisorLog } from '../../src/execution/supervisorLog.ts';
import { readMediaLines } from '../../src/runs/media.ts';
import type { MediaEntry } from '../../src/runs/media.ts';
import type { MetricPoint, MetricSeries } from '../../src/runs/metricSeries.ts';
import { planSchema } from '../../src/runs/plan.ts';
import { mergeReported } from '../../src/runs/reported.ts';
import type { Reported } from '../../src/runs/reported.ts';
import { runPaths } from '../../src/runs/runPaths.ts';
import type { RunPaths } from '../../src/runs/runPaths.ts';
import type { TrackedRun } from '../../src/tracking/trackedRun.ts';
import { planOf } from '../unit/runs/recordFixtures.ts';
import { temporaryFolder } from './temporaryFolder.ts';
import { waitFor } from './waitFor.ts';

export class FollowedRun implements AsyncDisposable {
  /** The project; has a space in its path. */
  readonly root: string;
  readonly paths: RunPaths;
  readonly problems: string[] = [];
  readonly startedAt = Date.now();
  /** While set, nothing can be written, as on a full disk. */
  full = false;
  /** Writes that were refused because of it. */
  refused = 0;
  readonly #remove: () => Promise<void>;
  #sources: FollowedSources | undefined;
  #runs: RecordedRuns;
  /** Of the supervisor that follows now. */
  #life: { over: boolean } = { over: false };

  private constructor(folder: string, remove: () => Promise<void>) {
    this.root = join(folder, 'my project');
    this.#remove = remove;
    this.paths = runPaths(join(this.root, '.git', 'lockstep'), ulid());
    mkdirSync(this.paths.dir, { recursive: true });
    this.#runs = this.#open();
  }

  /** @param files That are there before the run starts. */
  static async open(files: Readonly<Record<string, string | Buffer>> = {}): Promise<FollowedRun> {
    const folder = await temporaryFolder();
    const run = new FollowedRun(folder.path, () => folder.remove());
    for (const [name, content] of Object.entries(files)) {
      run.write(name, content);
      run.age(name);
    }
    return run;
  }

  /** Begins to follow; a second call is another supervisor, after the first was killed. */
  follow(options: Partial<FollowSourcesOptions> = {}): FollowedSources {
    this.#sources?.close();
    this.#runs = this.#open();
    this.#sources = followSources({
      runs: this.#runs,
      root: this.root,
      cwd: this.root,
      argv: ['train'],
      environment: {},
      startedAt: this.startedAt,
      seen: this.paths.seen,
      rules: { files: [], patterns: [] },
      tree: () => ({ root: { pid: process.pid } }),
      otherRunsInRoot: () => Promise.resolve(false),
      onProblem: text => this.problems.push(text),
      ...options,
    });
    return this.#sources;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  /** Written beside it and renamed. */
  replace(name: string, content: string | Buffer): void {
    this.write(`${name}.new-part`, content);
    renameSync(this.path(`${name}.new-part`), this.path(name));
  }

  append(name: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    appendFileSync(this.path(name), content);
  }

  /** As if it had been written long before the run. */
  age(name: string): void {
    const before = this.startedAt / 1000 - 60;
    utimesSync(this.path(name), before, before);
  }

  /** As the Python hook would tell it. */
  see(
    name: string,
    told: { readonly anew?: boolean; readonly s?: number; readonly rank?: number; readonly pid?: number },
  ): void {
    appendFileSync(
      this.paths.seen,
      `${JSON.stringify({ k: 'w', p: this.path(name), pid: 1, rank: null, anew: false, ...told })}\n`,
    );
  }

  /** `key[rank]: step=value …`, a line a series, by name. */
  async metrics(): Promise<string[]> {
    return seriesText(this.#runs.main);
  }

  series(): Promise<readonly MetricSeries[]> {
    return this.#runs.main.series();
  }

  /** Waits until the metrics are so: that they arrive while the run goes on is part of what is tested. */
  async until(wanted: readonly string[]): Promise<void> {
    await waitFor(
      wanted.join(', '),
      async () => JSON.stringify(await this.metrics()) === JSON.stringify(wanted),
      { describe: async () => JSON.stringify([await this.metrics(), this.problems]) },
    );
  }

  /** Waits until a series ends with these points. */
  async untilSome(points: string): Promise<void> {
    await waitFor(points, async () => (await this.metrics()).some(line => line.endsWith(points)), {
      describe: async () => JSON.stringify([await this.metrics(), this.problems]),
    });
  }

  /** What the program prints, or writes to another file of the run folder. */
  print(path: string, text: string): void {
    appendFileSync(path, text);
  }

  /** As the MLflow endpoint does it. */
  log(points: readonly MetricPoint[]): void {
    mlflowRuns(this.#runs).main.points(points);
  }

  /** What MLflow's clients read back, as {@link metrics}. */
  async mlflowMetrics(): Promise<string[]> {
    return seriesText(mlflowRuns(this.#runs).main);
  }

  /** Takes in what the program has printed and written to LOCKSTEP_METRICS. A new one after {@link follow}. */
  intake(): MetricIntake {
    const { paths } = this;
    return new MetricIntake({ paths, log: supervisorLog(), run: this.#runs.main, metricLines: false });
  }

  /**
   * The child runs, in the order of their starts: their names, metrics, parameters, and state while they have none of
   * the end of the command.
   */
  async children(): Promise<string[]> {
    const ids = new Set([...textOf(this.paths.children).matchAll(/"id":"(\w+)"/g)].map(([, id = '']) => id));
    const lines: string[] = [];
    for (const id of ids) {
      const child = this.#runs.child(id);
      if (child === undefined) continue;
      const { name } = planSchema.parse(JSON.parse(textOf(child.paths.plan)));
      const { parameters } = mergeReported(textOf(child.paths.reported));
      const said = Object.entries(parameters).map(([key, value]) => `${key}=${String(value)}`);
      const { state } = JSON.parse(textOf(child.paths.result) || '{"state":"open"}') as { state: string };
      lines.push([name ?? '-', state, ...said, ...(await seriesText(child))].join(' | '));
    }
    return lines;
  }

  /** Waits until the child runs are so, in whichever order: of files that are there at once any may be read first. */
  async untilChildren(wanted: readonly string[]): Promise<void> {
    const sorted = JSON.stringify(wanted.toSorted());
    await waitFor(
      wanted.join(', '),
      async () => JSON.stringify((await this.children()).toSorted()) === sorted,
      { describe: async () => JSON.stringify([await this.metrics(), await this.children(), this.problems]) },
    );
  }

  /** What the supervisor does at the end of the command. */
  endCommand(state: 'finished' | 'failed'): void {
    this.#runs.endOpenChildren(state, new Date().toISOString());
  }

  reported(): Reported {
    return mergeReported(textOf(this.paths.reported));
  }

  media(): MediaEntry[] {
    return readMediaLines(textOf(this.paths.media));
  }

  async finish(): Promise<void> {
    await this.#sources?.finish();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sources?.close();
    await this.#remove();
  }

  #open(): RecordedRuns {
    // One that was killed writes nothing more, though a read that it has begun ends only now.
    this.#life.over = true;
    const life: { over: boolean } = { over: false };
    this.#life = life;
    const guard = <T extends unknown[]>(write: (...words: T) => void) => {
      return (...words: T): void => {
        if (life.over) throw new Error('the supervisor was killed');
        if (this.full) {
          this.refused++;
          throw new Error('the disk is full');
        }
        write(...words);
      };
    };
    const store = join(this.root, '.git', 'lockstep');
    const id = this.paths.dir.slice(-26);
    const runs = new RecordedRuns({ store, id, log: supervisorLog(), changed: () => undefined });
    runs.plan = planOf(id);
    const run = runs.main;
    run.points = guard(run.points.bind(run));
    run.report = guard(run.report.bind(run));
    run.media = guard(run.media.bind(run));
    return runs;
  }
}

async function seriesText(run: TrackedRun): Promise<string[]> {
  return (await run.series())
    .map(
      ({ key, rank, steps, values }) =>
        `${key}${rank === null ? '' : `[${rank}]`}: ${Array.from(steps, (step, index) => `${step}=${values[index] ?? ''}`).join(' ')}`,
    )
    .sort();
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
