/** Gathers what readers tell of the files of one past run: points into series, parameters, tags, media, problems. */
import type { MetricPoint, MetricSeries } from '../../runs/metricSeries.ts';
import type { ParameterValue } from '../../runs/plan.ts';
import { SeriesBuilder } from '../../runs/seriesBuilder.ts';
import type { MediaPiece, SourceContent } from '../../tracking/sourceReader.ts';
import type { PastMedia } from '../pastRun.ts';

/** Bytes of images and texts, and pieces, that one run keeps in memory until they are written. */
const mostMediaBytes = 64 * 1024 * 1024;
const mostMedia = 20_000;
const mostWarnings = 50;

export class PointCollector {
  readonly parameters = new Map<string, ParameterValue>();
  readonly tags = new Map<string, string>();
  readonly media: PastMedia[] = [];
  readonly warnings: string[] = [];
  name: string | undefined;
  #firstTime = Number.POSITIVE_INFINITY;
  #lastTime = Number.NEGATIVE_INFINITY;
  readonly #series = new Map<string, SeriesBuilder>();
  #mediaBytes = 0;
  #mediaLeftOut = 0;

  /** @param file Named in warnings. `from`: the folder that `MediaPiece.file` is relative to, absolute. */
  take(content: SourceContent, file: string, from?: string): void {
    this.takePoints(content.points);
    for (const [name, value] of Object.entries(content.parameters)) this.parameters.set(name, value);
    for (const [name, value] of Object.entries(content.tags))
      if (value === null) this.tags.delete(name);
      else this.tags.set(name, value);
    for (const piece of content.media) this.takeMedia(piece, undefined, from);
    if (content.name !== undefined) this.name = content.name;
    for (const problem of content.problems) this.warn(`${file}: ${problem}`);
  }

  takePoints(points: readonly MetricPoint[]): void {
    for (const { key, rank, step, time, value } of points) {
      this.#seriesOf(key, rank ?? null).push(step, time, value);
      this.#sawTime(time);
    }
  }

  /** Behind what is there of the same key and rank. */
  takeSeries(key: string, rank: number | null, { steps, times, values }: MetricSeries): void {
    const series = this.#seriesOf(key, rank);
    for (let place = 0; place < steps.length; place++) {
      const time = times[place] ?? 0;
      series.push(steps[place] ?? 0, time, values[place] ?? 0);
      this.#sawTime(time);
    }
  }

  takeMedia(piece: MediaPiece, rank: number | undefined, from?: string): void {
    const size = (piece.bytes?.length ?? 0) + (piece.text?.length ?? 0);
    if (this.media.length >= mostMedia || this.#mediaBytes + size > mostMediaBytes) {
      this.#mediaLeftOut++;
      return;
    }
    this.#mediaBytes += size;
    this.media.push({
      ...piece,
      ...(rank === undefined ? {} : { rank }),
      ...(from === undefined ? {} : { from }),
    });
  }

  warn(text: string): void {
    if (this.warnings.length < mostWarnings) this.warnings.push(text);
  }

  /** Of the points, milliseconds since the epoch; undefined without points. */
  get firstTime(): number | undefined {
    return Number.isFinite(this.#firstTime) ? this.#firstTime : undefined;
  }

  get lastTime(): number | undefined {
    return Number.isFinite(this.#lastTime) ? this.#lastTime : undefined;
  }

  /** In the order of their first points. */
  series(): MetricSeries[] {
    return [...this.#series.values()].map(series => series.snapshot());
  }

  allWarnings(): string[] {
    if (this.#mediaLeftOut === 0) return this.warnings;
    return [
      ...this.warnings,
      `${this.#mediaLeftOut} images, texts or histograms were too many and were left out`,
    ];
  }

  #seriesOf(key: string, rank: number | null): SeriesBuilder {
    const mark = `${rank ?? ''}\0${key}`;
    let series = this.#series.get(mark);
    if (series === undefined) this.#series.set(mark, (series = new SeriesBuilder(key, rank)));
    return series;
  }

  #sawTime(time: number): void {
    if (time < this.#firstTime) this.#firstTime = time;
    if (time > this.#lastTime) this.#lastTime = time;
  }
}
