/** One run as what is tracked writes into it: its metric log, what was reported, its media. All of it synchronous. */
import { MetricLogFollower } from '../runs/metricLog.ts';
import type { SourceProgress } from '../runs/metricFrames.ts';
import type { MetricPoint, MetricSeries } from '../runs/metricSeries.ts';
import type { MediaEntry } from '../runs/media.ts';
import { hideReportedSecrets } from '../runs/hideReportedSecrets.ts';
import { reportedLineText } from '../runs/reported.ts';
import type { ReportedLine } from '../runs/reported.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { TrackedRun } from '../tracking/trackedRun.ts';
import { LineFile } from './lineFile.ts';
import type { MetricSink } from './metricSink.ts';
import { isDiskFull } from '../base/isDiskFull.ts';
import { SeriesOwners } from './sources/seriesOwners.ts';
import type { Teller } from './sources/seriesOwners.ts';

export interface RecordedRunOptions {
  readonly id: string;
  readonly paths: RunPaths;
  readonly sink: MetricSink;
  /** Told after anything was written. */
  readonly changed: () => void;
  /** The disk is full: frees what room was kept. */
  readonly makeRoom: () => void;
}

export class RecordedRun implements TrackedRun {
  readonly id: string;
  readonly paths: RunPaths;
  readonly sink: MetricSink;
  readonly #options: RecordedRunOptions;
  readonly #reported: LineFile;
  readonly #media: LineFile;
  #follower: MetricLogFollower | undefined;
  #owners: SeriesOwners | undefined;

  constructor(options: RecordedRunOptions) {
    this.#options = options;
    this.id = options.id;
    this.paths = options.paths;
    this.sink = options.sink;
    this.#reported = new LineFile(options.paths.reported);
    this.#media = new LineFile(options.paths.media);
  }

  points(points: readonly MetricPoint[], progress?: readonly SourceProgress[]): void {
    this.owners.written(marks => this.#write(() => this.sink.append([], marks)));
    this.#write(() => this.sink.append(points, progress));
  }

  /** Who logs which series, by whichever supervisor. Throws the system's error when the log cannot be read. */
  get owners(): SeriesOwners {
    return (this.#owners ??= new SeriesOwners(this.sink));
  }

  /** Points of what the program tells, as they are called in the log. To be written at once. */
  named(teller: Teller, points: readonly MetricPoint[]): MetricPoint[] {
    const { owners } = this;
    return points.map(point => {
      const key = owners.keyOf(teller, point.key, point.rank);
      return key === point.key ? point : { ...point, key };
    });
  }

  report(line: Omit<ReportedLine, 'at'>): void {
    const text = reportedLineText(hideReportedSecrets({ at: Date.now(), ...line }));
    this.#write(() => this.#reported.append(text));
  }

  media(entry: MediaEntry): void {
    this.#write(() => this.#media.append(`${JSON.stringify(entry)}\n`));
  }

  progress(source: string): number {
    return this.sink.progress(source);
  }

  async series(): Promise<readonly MetricSeries[]> {
    this.#follower ??= new MetricLogFollower(this.paths.dir);
    await this.#follower.read();
    return this.#follower.snapshot().series;
  }

  /** Lets go of what an idle run need not hold: its open file, and what was read back. */
  release(): void {
    this.sink.release();
    this.#follower = undefined;
  }

  /** Where the disk is full, frees what room was kept and acts once more. */
  withRoom(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#options.makeRoom();
      act();
    }
  }

  #write(act: () => void): void {
    this.withRoom(act);
    this.#options.changed();
  }
}
