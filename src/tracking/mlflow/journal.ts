/**
 * `mlflow.jsonl`: append-only, one writer, one write call an act. A torn tail (of a writer that died, or a full disk) is
 * cut off when it can be and passed over when not.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { recordedValue } from '../../base/secretText.ts';
import { journalNotWritten } from './errors.ts';
import { journalLine, readJournalLine, type JournalEvent } from './journalEvents.ts';

export class Journal {
  readonly #path: string;
  #descriptor: number | undefined;
  #end = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was told so far; empty when there is no journal yet. */
  read(): { readonly events: readonly JournalEvent[]; readonly strangeLines: number } {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return { events: [], strangeLines: 0 };
    }
    const events: JournalEvent[] = [];
    let strangeLines = 0;
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      const event = readJournalLine(line);
      if (event === undefined) strangeLines++;
      else events.push(event);
    }
    return { events, strangeLines };
  }

  /** All of them are in the file when this returns. Throws `record-not-written`, and then none is. */
  append(events: readonly JournalEvent[]): void {
    if (events.length === 0) return;
    try {
      const descriptor = this.#open();
      const bytes = Buffer.from(events.map(event => journalLine(withoutSecrets(event))).join(''), 'utf8');
      try {
        for (let written = 0; written < bytes.length;)
          written += writeSync(descriptor, bytes, written, bytes.length - written, this.#end + written);
      } catch (error) {
        cutBack(descriptor, this.#end);
        throw error;
      }
      this.#end += bytes.length;
    } catch (error) {
      throw journalNotWritten(this.#path, error);
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    // Not the append mode: a write that failed half-way must be overwritten by the next one.
    const descriptor = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o644);
    this.#end = fstatSync(descriptor).size;
    if (this.#end > 0) {
      // A line that was torn stays a line of its own.
      writeSync(descriptor, '\n', this.#end);
      this.#end += 1;
    }
    this.#descriptor = descriptor;
    return descriptor;
  }
}

function cutBack(descriptor: number, end: number): void {
  try {
    ftruncateSync(descriptor, end);
  } catch {
    // The next append writes over it.
  }
}

/** Parameters and tags as they may be recorded; what MLflow itself sets in tags is needed as it is. */
function withoutSecrets(event: JournalEvent): JournalEvent {
  switch (event.event) {
    case 'params':
      return { ...event, set: event.set.map(([key, value]) => [key, recordedValue(key, value)]) };
    case 'tags':
      return {
        ...event,
        set: event.set.map(([key, value]) => [
          key,
          value === null || (key.startsWith('mlflow.') && key !== 'mlflow.note.content')
            ? value
            : recordedValue(key, value),
        ]),
      };
    default:
      return event;
  }
}
