/**
 * How far a long operation is, and whether it is to stop: a few numbers in memory that all threads share, so that one
 * file of many gigabytes tells as well as many small ones, and stops within a part of it.
 */
import type { DataProgress, DataTask } from '../dataProgress.ts';

const stopAt = 0;
const filesAt = 1;
const bytesAt = 2;
const everyMs = 100;

/** The threads' side: one add per file or per part of a file. */
export class MeterCounter {
  readonly #numbers: BigInt64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#numbers = new BigInt64Array(shared);
  }

  add(files: number, bytes: number): void {
    if (files !== 0) Atomics.add(this.#numbers, filesAt, BigInt(files));
    if (bytes !== 0) Atomics.add(this.#numbers, bytesAt, BigInt(Math.round(bytes)));
  }

  get stopped(): boolean {
    return Atomics.load(this.#numbers, stopAt) !== 0n;
  }
}

export interface MeterTotals {
  readonly files?: number;
  readonly bytes?: number;
}

/** The operation's side: tells `task` at most ten times a second and once at the end; `[Symbol.dispose]` ends it. */
export class JobMeter implements Disposable {
  readonly shared = new SharedArrayBuffer(3 * 8);
  readonly signal: AbortSignal | undefined;
  readonly #numbers = new BigInt64Array(this.shared);
  readonly #task: DataTask;
  readonly #phase: DataProgress['phase'];
  readonly #path: string | undefined;
  readonly #stop = (): void => {
    Atomics.store(this.#numbers, stopAt, 1n);
  };
  #totals: MeterTotals;
  #timer: NodeJS.Timeout | undefined;

  constructor(task: DataTask, phase: DataProgress['phase'], totals: MeterTotals = {}, path?: string) {
    this.#task = task;
    this.#phase = phase;
    this.#totals = totals;
    this.#path = path;
    this.signal = task.signal;
    if (task.signal?.aborted === true) this.#stop();
    task.signal?.addEventListener('abort', this.#stop, { once: true });
    if (task.onProgress !== undefined) {
      this.#timer = setInterval(() => this.#tell(), everyMs);
      this.#timer.unref();
    }
  }

  /** Once more is known than at the start. */
  set totals(totals: MeterTotals) {
    this.#totals = totals;
  }

  /** Counts what was done without a thread. */
  add(files: number, bytes: number): void {
    new MeterCounter(this.shared).add(files, bytes);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#task.signal?.removeEventListener('abort', this.#stop);
    this.#tell();
  }

  #tell(): void {
    const { files, bytes } = this.#totals;
    this.#task.onProgress?.({
      phase: this.#phase,
      doneFiles: Number(Atomics.load(this.#numbers, filesAt)),
      doneBytes: Number(Atomics.load(this.#numbers, bytesAt)),
      ...(files === undefined ? {} : { totalFiles: files }),
      ...(bytes === undefined ? {} : { totalBytes: bytes }),
      ...(this.#path === undefined ? {} : { path: this.#path }),
    });
  }
}
