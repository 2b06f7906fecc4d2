/**
 * Tells other processes that a run has changed: one small file for each writer in `changes/`, written anew after each
 * change. Nobody watches anything else. A lost notice costs freshness, never truth.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storePaths, type StorePath } from './runPaths.ts';

/** At most one write in this many milliseconds; the last change is never left out. */
const coalesceMs = 50;
/**
 * A notice of a writer that has ended is deleted by the next writer after this long: deleted at once, no watcher would
 * see it. One that still writes makes it again.
 */
const staleMs = 60_000;

/** The notices of one writer, of any number of runs. Failures are silent: a notice is never worth an error. */
export class ChangeNotice {
  readonly #folder: string;
  readonly #writer = `${process.pid}-${randomBytes(4).toString('hex')}`;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #again = new Set<string>();
  #closed = false;

  constructor(store: StorePath) {
    this.#folder = storePaths(store).changes;
  }

  /** Says that the run has changed: at once, and for what follows closely once more at the end. */
  touch(runId: string): void {
    if (this.#closed) return;
    if (this.#waiting.has(runId)) {
      this.#again.add(runId);
      return;
    }
    this.#write(runId);
    const timer = setTimeout(() => {
      this.#waiting.delete(runId);
      if (this.#again.delete(runId)) this.touch(runId);
    }, coalesceMs);
    timer.unref();
    this.#waiting.set(runId, timer);
  }

  /** Writes what is waiting; later touches do nothing. */
  close(): void {
    if (this.#closed) return;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    for (const runId of this.#again) this.#write(runId);
    this.#closed = true;
    deleteStaleNotices(this.#folder);
  }

  #write(runId: string): void {
    writeNotice(this.#folder, join(this.#folder, `${runId}.${this.#writer}`));
  }
}

/** Says once that these runs have changed. */
export function announceChange(store: StorePath, runIds: readonly string[]): void {
  const folder = storePaths(store).changes;
  const writer = `${process.pid}-${randomBytes(4).toString('hex')}`;
  for (const runId of runIds) writeNotice(folder, join(folder, `${runId}.${writer}`));
  deleteStaleNotices(folder);
}

/** The run that a file in `changes/` speaks of. */
export function runIdOfNotice(name: string): string | undefined {
  return /^([0-9A-HJKMNP-TV-Z]{26})\./.exec(name)?.[1];
}

function writeNotice(folder: string, path: string): void {
  const content = `${Date.now()}\n`;
  try {
    writeFileSync(path, content);
  } catch {
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, content);
    } catch {
      // A full disk or a read-only store: readers find the change when they next look.
    }
  }
}

function deleteStaleNotices(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (runIdOfNotice(name) !== undefined && Date.now() - statSync(path).mtimeMs > staleMs)
        rmSync(path, { force: true });
    }
  } catch {
    // Another writer is deleting the same ones.
  }
}
