/** A JSON lines file that a person has named as one of metrics: one object a line, as `{"step": 3, "loss": 0.1}`. */
import { boundedKey } from '../metricNames.ts';
import { parseReportedLine } from '../parseReportedLine.ts';
import type { AppendedReader, SourceContent } from '../sourceReader.ts';
import { ByteLines } from './byteLines.ts';
import { ContentBuilder } from './contentBuilder.ts';

const mostCounters = 20_000;

export interface JsonLinesForm {
  /** Field that holds the step. */
  readonly step?: string | undefined;
  /** Put before each key, with a slash. */
  readonly prefix?: string | undefined;
}

export class JsonLinesReader implements AppendedReader {
  readonly dead = false;
  readonly #form: JsonLinesForm;
  readonly #found = new ContentBuilder();
  readonly #lines: ByteLines;
  /** Points so far of keys whose lines tell no step. */
  readonly #counts = new Map<string, number>();
  #time = 0;

  constructor(form: JsonLinesForm = {}) {
    this.#form = form;
    this.#lines = new ByteLines(
      line => {
        this.#take(line);
      },
      () => {
        this.#found.problem('a line is longer than 1 MiB: it was left out');
      },
    );
  }

  push(bytes: Uint8Array, time: number): SourceContent {
    this.#time = time;
    this.#lines.push(bytes);
    return this.#found.take();
  }

  end(time: number): SourceContent {
    this.#time = time;
    this.#lines.end();
    return this.#found.take();
  }

  #take(line: string): void {
    const report = parseReportedLine(line, { declared: true, step: this.#form.step });
    if (report === undefined) return;
    const { prefix } = this.#form;
    for (const metric of report.metrics) {
      const key = prefix === undefined ? metric.key : boundedKey(`${prefix}/${metric.key}`);
      this.#found.points.push({
        key,
        ...(report.rank === undefined ? {} : { rank: report.rank }),
        step: report.step ?? this.#nextStep(key),
        time: report.time ?? this.#time,
        value: metric.value,
      });
    }
    Object.assign(this.#found.parameters, report.parameters);
  }

  #nextStep(key: string): number {
    const count = this.#counts.get(key) ?? 0;
    if (count > 0 || this.#counts.size < mostCounters) this.#counts.set(key, count + 1);
    return count;
  }
}
