/**
 * The threads that read, hash, copy and link files: one per core, started when first used, with synchronous system
 * calls in each (four times as fast for small files as asynchronous ones in one thread). Idle threads keep no process
 * alive.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { dataThreadDied } from '../errors.ts';
import type { DataJobName, DataJobs, JobAnswer, JobMessage } from './dataJobs.ts';
import type { JobMeter } from './jobMeter.ts';

interface Ticket {
  readonly message: JobMessage;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** How many threads there may be on its account. */
  readonly threads: number;
}

interface PoolThread {
  readonly worker: Worker;
  readonly running: Map<number, Ticket>;
}

/** A thread has its next batch at hand when it ends one. */
const batchesAtHand = 2;

export class DataPool implements AsyncDisposable {
  /** How many threads work at once. */
  readonly size: number;
  readonly #threads: PoolThread[] = [];
  readonly #waiting: Ticket[] = [];
  #lastId = 0;

  /** @param size Threads; `core.checksum_jobs` of the configuration, else one per core. */
  constructor(size = availableParallelism()) {
    this.size = Math.max(1, size);
  }

  /** Starts the threads before the first job, which then does not wait for them. */
  warm(): void {
    while (this.#threads.length < this.size) this.#startThread();
  }

  /**
   * Rejects with the signal's reason when the operation is stopped, and with `data-thread-died` when a thread ends
   * (out of memory).
   * @param threads No further one is started for this job where there are so many.
   */
  run<Name extends DataJobName>(
    name: Name,
    params: DataJobs[Name]['params'],
    meter: JobMeter,
    threads = this.size,
  ): Promise<DataJobs[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (meter.signal?.aborted === true) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort reason is passed on as it is
        reject(meter.signal.reason);
        return;
      }
      this.#lastId += 1;
      this.#waiting.push({
        message: { id: this.#lastId, name, params, shared: meter.shared },
        signal: meter.signal,
        resolve: result => resolve(result as DataJobs[Name]['result']),
        reject,
        threads,
      });
      this.#handOut();
    });
  }

  async close(): Promise<void> {
    const threads = this.#threads.splice(0);
    await Promise.all(threads.map(thread => thread.worker.terminate()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #handOut(): void {
    for (let round = 0; round < batchesAtHand; round += 1) {
      if (round === 0) this.#growForWaiting();
      for (const thread of this.#threads) {
        if (this.#waiting.length === 0) return;
        if (thread.running.size > round) continue;
        const ticket = this.#waiting.shift();
        if (ticket === undefined) return;
        if (thread.running.size === 0) thread.worker.ref();
        thread.running.set(ticket.message.id, ticket);
        thread.worker.postMessage(ticket.message);
      }
    }
  }

  #growForWaiting(): void {
    if (this.#threads.length >= this.size) return;
    const idle = this.#threads.filter(thread => thread.running.size === 0).length;
    const most = this.#waiting.reduce((sum, ticket) => Math.max(sum, ticket.threads), 0);
    const wanted = Math.min(this.size, most, this.#threads.length + Math.max(0, this.#waiting.length - idle));
    while (this.#threads.length < wanted) this.#startThread();
  }

  #startThread(): void {
    const worker = new Worker(threadProgram(), { name: 'lockstep data' });
    const thread: PoolThread = { worker, running: new Map() };
    worker.unref();
    worker.on('message', (answer: JobAnswer) => {
      const ticket = thread.running.get(answer.id);
      thread.running.delete(answer.id);
      if (thread.running.size === 0 && this.#waiting.length === 0) worker.unref();
      this.#handOut();
      if (ticket !== undefined) settle(ticket, answer);
    });
    const died = (cause: unknown): void => {
      const place = this.#threads.indexOf(thread);
      if (place !== -1) this.#threads.splice(place, 1);
      for (const ticket of thread.running.values()) ticket.reject(dataThreadDied(cause));
      thread.running.clear();
      if (place !== -1) this.#handOut();
    };
    worker.on('error', died);
    worker.on('exit', code => died(code));
    this.#threads.push(thread);
  }
}

function settle(ticket: Ticket, answer: JobAnswer): void {
  if (ticket.signal?.aborted === true) ticket.reject(ticket.signal.reason);
  else if ('result' in answer) ticket.resolve(answer.result);
  else {
    const error = new Error(answer.error.message);
    if (answer.error.stack !== undefined) error.stack = answer.error.stack;
    ticket.reject(error);
  }
}

/** Beside the bundle that this code is in; from source, the module itself. */
function threadProgram(): URL {
  const fromSource = new URL('./dataWorkerMain.ts', import.meta.url);
  return existsSync(fileURLToPath(fromSource)) ? fromSource : new URL('./data-worker.cjs', import.meta.url);
}
