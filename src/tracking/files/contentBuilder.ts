/** Gathers what one piece of a source holds. */
import type { MetricPoint } from '../../runs/metricSeries.ts';
import type { ParameterValue } from '../../runs/plan.ts';
import { noContent } from '../sourceReader.ts';
import type { MediaPiece, SourceContent } from '../sourceReader.ts';
import { ToldProblems } from './toldProblems.ts';

export class ContentBuilder {
  readonly #problems = new ToldProblems();
  #points: MetricPoint[] = [];
  #media: MediaPiece[] = [];
  #parameters: Record<string, ParameterValue> = {};
  #tags: Record<string, string | null> = {};
  #name: string | undefined;

  get points(): MetricPoint[] {
    return this.#points;
  }

  get media(): MediaPiece[] {
    return this.#media;
  }

  get parameters(): Record<string, ParameterValue> {
    return this.#parameters;
  }

  get tags(): Record<string, string | null> {
    return this.#tags;
  }

  set name(name: string) {
    this.#name = name;
  }

  problem(text: string): void {
    this.#problems.add(text);
  }

  /** What came since the last call. */
  take(): SourceContent {
    const content: SourceContent = {
      ...noContent,
      points: this.#points,
      media: this.#media,
      parameters: this.#parameters,
      tags: this.#tags,
      problems: this.#problems.take(),
      ...(this.#name === undefined ? {} : { name: this.#name }),
    };
    this.#points = [];
    this.#media = [];
    this.#parameters = {};
    this.#tags = {};
    this.#name = undefined;
    return content;
  }
}
