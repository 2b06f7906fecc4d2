/**
 * A fragment of trackio's inbox (`<TRACKIO_DIR>/inbox/<writer>/00000000.jsonl`): what one process logged within half a
 * second, one record a line. A process may log several runs, each a training of its own. Format: trackio
 * `fragments.py`, version 1.
 */
import { isRecord } from '../collectParameters.ts';
import { ByteLines } from '../files/byteLines.ts';
import { ContentBuilder } from '../files/contentBuilder.ts';
import { clockTime } from '../metricNames.ts';
import { noContent } from '../sourceReader.ts';
import type { AppendedReader, SourceContent } from '../sourceReader.ts';
import { takeConfig, takeMetrics } from './trackioRecord.ts';

export class FragmentReader implements AppendedReader {
  readonly dead = false;
  readonly #problems = new ContentBuilder();
  /** What is found and not told yet, by run. */
  readonly #found = new Map<string, ContentBuilder>();
  readonly #lines: ByteLines;
  #time = 0;
  /** By run: system metrics tell no step. */
  readonly #systemSteps = new Map<string, number>();

  constructor() {
    this.#lines = new ByteLines(
      line => {
        this.#take(line);
      },
      () => {
        this.#problems.problem('a record is longer than 1 MiB: it was left out');
      },
    );
  }

  push(bytes: Uint8Array, time: number): SourceContent {
    this.#time = time;
    this.#lines.push(bytes);
    return this.#next();
  }

  end(time: number): SourceContent {
    this.#time = time;
    this.#lines.end();
    return this.#next();
  }

  /** Of one run at a time. */
  #next(): SourceContent {
    const { problems } = this.#problems.take();
    const [first] = this.#found;
    if (first === undefined) return { ...noContent, problems };
    const [training, found] = first;
    this.#found.delete(training);
    const more = this.#found.size > 0 ? { more: true } : {};
    return { ...found.take(), training, problems, ...more };
  }

  #foundOf(run: string): ContentBuilder {
    const known = this.#found.get(run) ?? new ContentBuilder();
    this.#found.set(run, known);
    return known;
  }

  #take(line: string): void {
    if (line.trim() === '') return;
    const record = parseRecord(line);
    if (record === undefined) {
      this.#problems.problem('a record cannot be read: it was left out');
      return;
    }
    const { kind, metrics, config, run, step } = record;
    if (kind !== 'metric' && kind !== 'system_metric') return;
    const name = typeof run === 'string' ? run : '';
    const id = typeof record['run_id'] === 'string' ? record['run_id'] : name;
    const found = this.#foundOf(id);
    if (name !== '') found.name = name;
    takeConfig(config, '', found);
    if (!isRecord(metrics)) return;
    const sample = this.#systemSteps.get(id) ?? 0;
    const isSystem = typeof step !== 'number' && kind === 'system_metric';
    if (isSystem) this.#systemSteps.set(id, sample + 1);
    const at = typeof step === 'number' ? step : isSystem ? sample : 0;
    const time = clockTime(record['timestamp']) ?? this.#time;
    takeMetrics(metrics, { step: at, time }, '', found);
  }
}

function parseRecord(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
