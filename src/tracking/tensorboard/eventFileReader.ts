/**
 * Reads an event file of TensorBoard as it grows, record by record, without TensorFlow. Every point is told once, also
 * after `purge_step` or a restart: TensorBoard lets the latest win there, here both stretches stay. A record that is
 * not whole yet waits for the next bytes; a damaged one ends the file.
 */
import type { MetricPoint } from '../../runs/metricSeries.ts';
import type { ParameterValue } from '../../runs/plan.ts';
import { noContent, type AppendedReader, type MediaPiece, type SourceContent } from '../sourceReader.ts';
import { EventDecoder } from './eventDecoder.ts';
import type { EventTag } from './eventTags.ts';
import { OncePerProblem } from './oncePerProblem.ts';
import { RecordFrames } from './recordFrames.ts';

export class EventFileReader implements AppendedReader {
  readonly #frames: RecordFrames;
  readonly #decoder: EventDecoder;
  readonly #problems = new OncePerProblem();
  #points: MetricPoint[] = [];
  #media: MediaPiece[] = [];
  readonly #parameters = new Map<string, ParameterValue>();
  readonly #tags = new Map<string, string>();

  constructor() {
    const problem = (text: string): void => this.#problems.add(text);
    const decoder = new EventDecoder({
      scalar: (tag: EventTag, step, time, value) => this.#points.push({ key: tag.key, step, time, value }),
      media: piece => this.#media.push(piece),
      parameters: this.#parameters,
      tags: this.#tags,
      problem,
    });
    this.#decoder = decoder;
    this.#frames = new RecordFrames(
      (bytes, view, from, to) => decoder.record(bytes, view, from, to),
      problem,
    );
  }

  get dead(): boolean {
    return this.#frames.damage !== undefined;
  }

  push(bytes: Uint8Array, time: number): SourceContent {
    if (this.dead) return noContent;
    this.#decoder.time = time;
    this.#frames.push(bytes);
    if (this.#frames.damage !== undefined) this.#problems.add(this.#frames.damage);
    return this.#taken();
  }

  /** A record that is not whole when its writer has ended never will be; it says nothing. */
  end(): SourceContent {
    return noContent;
  }

  #taken(): SourceContent {
    const content = {
      points: this.#points,
      parameters: Object.fromEntries(this.#parameters),
      tags: Object.fromEntries(this.#tags),
      media: this.#media,
      problems: this.#problems.take(),
    };
    this.#points = [];
    this.#media = [];
    this.#parameters.clear();
    this.#tags.clear();
    return content;
  }
}
