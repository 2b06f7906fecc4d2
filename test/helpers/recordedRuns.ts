/** Tracked runs in a folder, written with the record's own writers, for tests of what logs into them. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { readMediaLines, type MediaEntry } from '../../src/runs/media.ts';
import { readMetricLogs } from '../../src/runs/metricLog.ts';
import { MetricLogWriter } from '../../src/runs/metricLogWriter.ts';
import type { MetricPoint, MetricSeries } from '../../src/runs/metricSeries.ts';
import { recordNotWritten } from '../../src/runs/errors.ts';
import {
  mergeReported,
  reportedLineText,
  type Reported,
  type ReportedLine,
} from '../../src/runs/reported.ts';
import { runPathsIn, type RunPaths } from '../../src/runs/runPaths.ts';
import type { ChildRun, ChildRunEnd, ChildRunStart, TrackedRuns } from '../../src/tracking/trackedRun.ts';

export class RecordedRun implements ChildRun {
  readonly id: string;
  readonly paths: RunPaths;
  readonly start: ChildRunStart | undefined;
  /** As {@link ChildRun.end} and resume were called. */
  readonly ends: (ChildRunEnd | 'resumed')[] = [];
  /** While set, every write fails as on a full disk. */
  full = false;
  #writer: MetricLogWriter | undefined;

  constructor(dir: string, start?: ChildRunStart) {
    mkdirSync(dir, { recursive: true });
    this.paths = runPathsIn(dir);
    this.id = dir.slice(-26);
    this.start = start;
  }

  points(points: readonly MetricPoint[]): void {
    this.#mayWrite();
    this.#writer ??= MetricLogWriter.open(this.paths.metrics);
    this.#writer.append(points);
  }

  report(line: Omit<ReportedLine, 'at'>): void {
    this.#mayWrite();
    appendFileSync(this.paths.reported, reportedLineText({ at: Date.now(), ...line }));
  }

  media(entry: MediaEntry): void {
    this.#mayWrite();
    appendFileSync(this.paths.media, `${JSON.stringify(entry)}\n`);
  }

  progress(): number {
    return 0;
  }

  async series(): Promise<readonly MetricSeries[]> {
    return (await readMetricLogs(this.paths.dir)).series;
  }

  end(end: ChildRunEnd): void {
    this.#mayWrite();
    this.ends.push(end);
    writeFileSync(this.paths.result, JSON.stringify(end));
  }

  resume(): void {
    this.ends.push('resumed');
    rmSync(this.paths.result, { force: true });
  }

  get ended(): boolean {
    return existsSync(this.paths.result);
  }

  close(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }

  reported(): Reported {
    return mergeReported(textOf(this.paths.reported));
  }

  mediaEntries(): MediaEntry[] {
    return readMediaLines(textOf(this.paths.media));
  }

  /** `key[rank]: step=value …`, one line a series, in the order of their first points. */
  async metricsAsText(): Promise<string[]> {
    return (await this.series()).map(
      ({ key, rank, steps, values }) =>
        `${key}${rank === null ? '' : `[${rank}]`}: ${Array.from(steps, (step, index) => `${step}=${values[index] ?? ''}`).join(' ')}`,
    );
  }

  #mayWrite(): void {
    if (this.full)
      throw recordNotWritten(this.paths.dir, Object.assign(new Error('full'), { code: 'ENOSPC' }));
  }
}

export class RecordedRuns implements TrackedRuns {
  readonly main: RecordedRun;
  readonly children = new Map<string, RecordedRun>();
  readonly #dir: string;

  constructor(dir: string, mainId: string = ulid()) {
    this.#dir = dir;
    this.main = new RecordedRun(join(dir, mainId));
  }

  startChild(start: ChildRunStart): RecordedRun {
    if (this.main.full)
      throw recordNotWritten(this.#dir, Object.assign(new Error('full'), { code: 'ENOSPC' }));
    const run = new RecordedRun(join(this.#dir, ulid()), start);
    this.children.set(run.id, run);
    return run;
  }

  child(id: string): RecordedRun | undefined {
    return this.children.get(id);
  }

  /** The same folders as a new supervisor finds them. */
  reopened(): RecordedRuns {
    this.close();
    const again = new RecordedRuns(this.#dir, this.main.id);
    for (const [id, run] of this.children) again.children.set(id, new RecordedRun(run.paths.dir, run.start));
    return again;
  }

  close(): void {
    for (const run of [this.main, ...this.children.values()]) run.close();
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
