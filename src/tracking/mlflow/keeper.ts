/**
 * Writes before the answer, and what happens when the disk does not take it: the answer waits up to a minute while the
 * write is tried again; after that it is kept in memory, bounded, and written as soon as the disk takes it. A training
 * never hears of it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../../base/systemError.ts';

/** Each step is done once, in order; one that throws is tried again, those after it wait. */
export type KeepSteps = readonly (() => void)[];

export interface KeeperOptions {
  readonly onProblem: (text: string) => void;
  /** Milliseconds. */
  readonly patience?: number | undefined;
  readonly everyMs?: number | undefined;
  /** Rough bytes that may wait in memory. */
  readonly memoryBytes?: number | undefined;
}

interface Waiting {
  steps: KeepSteps;
  readonly size: () => number;
}

export class Keeper {
  readonly #options: { [Name in keyof KeeperOptions]-?: NonNullable<KeeperOptions[Name]> };
  readonly #closing = new AbortController();
  #memory: { readonly waiting: Waiting; readonly size: number }[] = [];
  #memorySize = 0;
  #lost = 0;
  #holding = 0;
  #hopelessUntil = 0;

  constructor(options: KeeperOptions) {
    this.#options = {
      onProblem: options.onProblem,
      patience: options.patience ?? 60_000,
      everyMs: options.everyMs ?? 500,
      memoryBytes: options.memoryBytes ?? 64 * 1024 * 1024,
    };
  }

  /**
   * Done when it returns nothing; else when the promise resolves. Never fails.
   * @param size Rough bytes, asked for when it has to wait in memory.
   */
  keep(steps: KeepSteps, size: () => number): Promise<void> | undefined {
    if (this.#memory.length > 0 && !this.#drain()) {
      this.#remember({ steps, size });
      return undefined;
    }
    const waiting: Waiting = { steps, size };
    const failure = this.#attempt(waiting);
    if (failure === undefined) return undefined;
    return isFullDisk(failure) ? this.#hold(waiting, failure) : this.#holdBriefly(waiting, failure);
  }

  /** Answers that are held are given now; what they stand for waits in memory. */
  stopWaiting(): void {
    this.#closing.abort();
  }

  /** Tries a last time; what is lost then is told. */
  close(): void {
    this.#closing.abort();
    if (this.#memory.length > 0 && !this.#drain()) {
      this.#options.onProblem(
        `${this.#memory.length} acts logged with MLflow could not be written and are lost: the disk stayed full.`,
      );
      this.#memory = [];
    }
  }

  async #hold(waiting: Waiting, first: unknown): Promise<void> {
    const end = performance.now() + this.#options.patience;
    if (this.#holding++ === 0)
      this.#options.onProblem(`What is logged with MLflow waits to be written: ${causeText(first)}`);
    try {
      while (performance.now() < end && !this.#closing.signal.aborted) {
        await delay(this.#options.everyMs, undefined, { signal: this.#closing.signal }).catch(
          () => undefined,
        );
        if (this.#attempt(waiting) === undefined) return;
        // Another answer gave up meanwhile: what follows it waits in memory, too.
        if (this.#memory.length > 0) break;
      }
    } finally {
      this.#holding--;
    }
    if (this.#attempt(waiting) === undefined) return;
    const isFirst = this.#memory.length === 0;
    this.#remember(waiting);
    if (!isFirst || this.#closing.signal.aborted) return;
    this.#options.onProblem(
      'The disk has been full for a minute: what is logged with MLflow is kept in memory until it can be written.',
    );
    void this.#drainLater();
  }

  /**
   * Something else than room is missing: a folder that was deleted, a right that was taken. It may come back, and may
   * as well not: then it must not hold up everything else.
   */
  async #holdBriefly(waiting: Waiting, first: unknown): Promise<void> {
    const now = performance.now();
    const end = now < this.#hopelessUntil ? now : now + this.#options.patience / 12;
    while (performance.now() < end && !this.#closing.signal.aborted) {
      await delay(this.#options.everyMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      if (this.#attempt(waiting) === undefined) return;
    }
    if (performance.now() >= this.#hopelessUntil)
      this.#options.onProblem(`Something that was logged with MLflow is lost: ${causeText(first)}`);
    this.#hopelessUntil = performance.now() + this.#options.patience;
    // What stands behind the step that fails (the journal) is kept.
    waiting.steps = waiting.steps.slice(1);
    void this.#attempt(waiting);
  }

  async #drainLater(): Promise<void> {
    while (this.#memory.length > 0 && !this.#closing.signal.aborted) {
      await delay(this.#options.everyMs, undefined, { signal: this.#closing.signal, ref: false }).catch(
        () => undefined,
      );
      this.#drain();
    }
  }

  #remember(waiting: Waiting): void {
    const size = waiting.size();
    if (this.#memorySize + size > this.#options.memoryBytes) {
      if (this.#lost++ === 0)
        this.#options.onProblem(
          'The disk stayed full and the memory set aside is used up: what is logged with MLflow from here on is lost until the disk has room.',
        );
      return;
    }
    this.#memory.push({ waiting, size });
    this.#memorySize += size;
  }

  /** True when nothing waits any more. */
  #drain(): boolean {
    let done = 0;
    for (const { waiting, size } of this.#memory) {
      const failure = this.#attempt(waiting);
      if (failure !== undefined && isFullDisk(failure)) break;
      this.#memorySize -= size;
      done++;
    }
    this.#memory.splice(0, done);
    return this.#memory.length === 0;
  }

  /** Undefined when all steps are done. Those that were done are not done again. */
  #attempt(waiting: Waiting): unknown {
    for (const [index, step] of waiting.steps.entries()) {
      try {
        step();
      } catch (error) {
        if (isStorageFailure(error)) {
          waiting.steps = waiting.steps.slice(index);
          return error;
        }
        // A fault that waiting does not mend must not cost the steps behind it.
        this.#options.onProblem(
          `Something that was logged with MLflow could not be kept: ${errorText(error)}`,
        );
      }
    }
    waiting.steps = [];
    return undefined;
  }
}

/** A failure that tells no cause may be one, too. */
function isFullDisk(error: unknown): boolean {
  const code = systemErrorCode(error instanceof LockstepError ? error.cause : error);
  return code === undefined || code === 'ENOSPC' || code === 'EDQUOT';
}

function causeText(error: unknown): string {
  const cause = error instanceof LockstepError ? error.cause : undefined;
  return cause === undefined ? errorText(error) : `${errorText(error)} (${errorText(cause)})`;
}

function isStorageFailure(error: unknown): boolean {
  // As ENOSPC; not as ERR_INVALID_ARG_TYPE, which is a fault of ours.
  if (/^E[A-Z0-9]+$/.test(systemErrorCode(error) ?? '')) return true;
  return (
    error instanceof LockstepError &&
    ['metrics-not-written', 'record-not-written', 'disk-full', 'store-not-writable'].includes(error.code)
  );
}
