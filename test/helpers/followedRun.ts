/** A run in a folder whose sources are followed in this process, written with the product's own writers. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import { MetricSink } from '../../src/execution/metricSink.ts';
import { RecordedRun } from '../../src/execution/recordedRun.ts';
import { followSources } from '../../src/execution/sources/followSources.ts';
import type { FollowedSources, FollowSourcesOptions } from '../../src/execution/sources/followSources.ts';
import { readMediaLines } from '../../src/runs/media.ts';
import type { MediaEntry } from '../../src/runs/media.ts';
import type { MetricPoint } from '../../src/runs/metricSeries.ts';
import { mergeReported } from '../../src/runs/reported.ts';
import type { Reported } from '../../src/runs/reported.ts';
import { runPaths } from '../../src/runs/runPaths.ts';
import type { RunPaths } from '../../src/runs/runPaths.ts';
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
  readonly #remove: () => Promise<void>;
  #sources: FollowedSources | undefined;
  #run: RecordedRun;

  private constructor(folder: string, remove: () => Promise<void>) {
    this.root = join(folder, 'my project');
    this.#remove = remove;
    this.paths = runPaths(join(this.root, '.git', 'lockstep'), ulid());
    mkdirSync(this.paths.dir, { recursive: true });
    this.#run = this.#open();
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
    this.#run = this.#open();
    this.#sources = followSources({
      run: this.#run,
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
    return (await this.#run.series())
      .map(
        ({ key, rank, steps, values }) =>
          `${key}${rank === null ? '' : `[${rank}]`}: ${Array.from(steps, (step, index) => `${step}=${values[index] ?? ''}`).join(' ')}`,
      )
      .sort();
  }

  /** Waits until the metrics are so: that they arrive while the run goes on is part of what is tested. */
  async until(wanted: readonly string[]): Promise<void> {
    await waitFor(
      wanted.join(', '),
      async () => JSON.stringify(await this.metrics()) === JSON.stringify(wanted),
      { describe: async () => JSON.stringify([await this.metrics(), this.problems]) },
    );
  }

  /** As the MLflow endpoint does it. */
  log(points: readonly MetricPoint[]): void {
    this.#run.points(points);
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

  #open(): RecordedRun {
    const guard = <T extends unknown[]>(write: (...words: T) => void) => {
      return (...words: T): void => {
        if (this.full) throw new Error('the disk is full');
        write(...words);
      };
    };
    const run = new RecordedRun({
      id: this.paths.dir.slice(-26),
      paths: this.paths,
      sink: new MetricSink(this.paths.metrics),
      changed: () => undefined,
      makeRoom: () => undefined,
    });
    run.points = guard(run.points.bind(run));
    run.report = guard(run.report.bind(run));
    run.media = guard(run.media.bind(run));
    return run;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
