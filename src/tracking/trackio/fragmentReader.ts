/**
 * A fragment of trackio's inbox (`<TRACKIO_DIR>/inbox/<writer>/00000000.jsonl`): what one process logged within half a
 * second, one record a line. Format: trackio `fragments.py`, version 1.
 */
import { isRecord } from '../collectParameters.ts';
import { ByteLines } from '../files/byteLines.ts';
import { ContentBuilder } from '../files/contentBuilder.ts';
import { clockTime } from '../metricNames.ts';
import type { AppendedReader, SourceContent } from '../sourceReader.ts';
import { takeConfig, takeMetrics } from './trackioRecord.ts';

export class FragmentReader implements AppendedReader {
  readonly dead = false;
  readonly #found = new ContentBuilder();
  readonly #lines: ByteLines;
  #time = 0;
  /** System metrics tell no step. */
  #systemSteps = 0;

  constructor() {
    this.#lines = new ByteLines(
      line => {
        this.#take(line);
      },
      () => {
        this.#found.problem('a record is longer than 1 MiB: it was left out');
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
    if (line.trim() === '') return;
    const record = parseRecord(line);
    if (record === undefined) {
      this.#found.problem('a record cannot be read: it was left out');
      return;
    }
    const { kind, metrics, config, run, step } = record;
    if (kind !== 'metric' && kind !== 'system_metric') return;
    if (typeof run === 'string' && run !== '') this.#found.name = run;
    takeConfig(config, '', this.#found);
    if (!isRecord(metrics)) return;
    const at = typeof step === 'number' ? step : kind === 'system_metric' ? this.#systemSteps++ : 0;
    const time = clockTime(record['timestamp']) ?? this.#time;
    takeMetrics(metrics, { step: at, time }, '', this.#found);
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
