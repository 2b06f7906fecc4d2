/**
 * The extension host's way to one worker thread: typed requests, so that nothing blocks the host. The worker starts
 * with the first request; should it die, what was under way is rejected and the next request starts a new one.
 */
import { Worker } from 'node:worker_threads';
import { errorText } from '../../base/systemError.ts';
import { engineStopped } from '../errors.ts';
import { uncarryError } from './carriedError.ts';
import type { FromWorker, ToWorker } from './threadMessages.ts';

export interface ThreadEvents<Notice> {
  /** What the worker says unasked. */
  onNotice(notice: Notice): void;
  onLog(level: 'info' | 'warn' | 'error', text: string): void;
  /** The worker ended by itself. What it watched is no longer watched. */
  onStopped(): void;
}

type ParamsOf<Entry> = Entry extends { readonly params: infer Params } ? Params : never;
type ResultOf<Entry> = Entry extends { readonly result: infer Result } ? Result : never;

interface Pending<Progress> {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

export class ThreadClient<Requests, Notice, Progress> {
  readonly #script: string;
  readonly #events: ThreadEvents<Notice>;
  readonly #pending = new Map<number, Pending<Progress>>();
  #worker: Worker | undefined;
  #nextId = 1;
  #disposed = false;

  /** @param script Absolute path of the worker's bundle. */
  constructor(script: string, events: ThreadEvents<Notice>) {
    this.#script = script;
    this.#events = events;
  }

  /**
   * Asks the worker and resolves with its answer. Rejects with the engine's LockstepError, with the signal's reason
   * when aborted, and with `engine-stopped` when the worker dies.
   */
  async request<Name extends keyof Requests & string>(
    name: Name,
    params: ParamsOf<Requests[Name]>,
    signal?: AbortSignal,
    onProgress?: (progress: Progress) => void,
  ): Promise<ResultOf<Requests[Name]>> {
    signal?.throwIfAborted();
    const worker = this.#start();
    const id = this.#nextId++;
    return new Promise<ResultOf<Requests[Name]>>((resolve, reject) => {
      const onAbort = (): void => {
        this.#post(worker, { kind: 'abort', id });
        this.#settle(id)?.reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        resolve: result => resolve(result as ResultOf<Requests[Name]>),
        reject,
        signal,
        onAbort,
        onProgress,
      });
      this.#post(worker, { kind: 'request', id, name, params });
    });
  }

  dispose(): void {
    this.#disposed = true;
    this.#rejectAll();
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    if (this.#disposed) throw engineStopped();
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.#script);
    this.#worker = worker;
    worker.on('message', (message: FromWorker<Notice, Progress>) => this.#receive(message));
    worker.on('error', (error: unknown) => this.#events.onLog('error', errorText(error)));
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#rejectAll();
      this.#events.onStopped();
    });
    return worker;
  }

  #post(worker: Worker, message: ToWorker): void {
    worker.postMessage(message);
  }

  #receive(message: FromWorker<Notice, Progress>): void {
    switch (message.kind) {
      case 'result':
        this.#settle(message.id)?.resolve(message.result);
        return;
      case 'failure':
        this.#settle(message.id)?.reject(uncarryError(message.error));
        return;
      case 'aborted':
        this.#settle(message.id);
        return;
      case 'progress':
        this.#pending.get(message.id)?.onProgress?.(message.progress);
        return;
      case 'notice':
        this.#events.onNotice(message.notice);
        return;
      case 'log':
        this.#events.onLog(message.level, message.text);
    }
  }

  #settle(id: number): Pending<Progress> | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.signal?.removeEventListener('abort', pending.onAbort);
    return pending;
  }

  #rejectAll(): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(engineStopped());
  }
}
