/**
 * The extension host's way to everything that reads a store, computes, or starts a run: typed requests to one worker
 * thread, so that nothing blocks the host. The worker starts with the first request; should it die, what was under
 * way is rejected and the next request starts a new one.
 */
import { Worker } from 'node:worker_threads';
import { errorText } from '../base/systemError.ts';
import { uncarryError } from './worker/carriedError.ts';
import type { EngineProgress, EngineRequestName, FromWorker, ToWorker } from './worker/engineMessages.ts';
import type { EngineRequests } from './worker/engineRequests.ts';
import { engineStopped } from './errors.ts';

export interface StoreChange {
  readonly store: string;
  /** Empty when it is not known which runs changed: read all again. */
  readonly runIds: ReadonlySet<string>;
}

export interface StoreClientEvents {
  /** Runs of a watched store were written; coalesced by the worker. */
  onChange(change: StoreChange): void;
  onLog(level: 'info' | 'warn' | 'error', text: string): void;
  /** The worker ended by itself. What it watched is no longer watched. */
  onStopped(): void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  readonly signal: AbortSignal | undefined;
  readonly onAbort: () => void;
  readonly onProgress: ((progress: EngineProgress) => void) | undefined;
}

export class StoreClient {
  readonly #script: string;
  readonly #events: StoreClientEvents;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #nextId = 1;
  #disposed = false;

  constructor(script: string, events: StoreClientEvents) {
    this.#script = script;
    this.#events = events;
  }

  /**
   * Asks the worker and resolves with its answer. Rejects with the engine's LockstepError, with the signal's reason
   * when aborted, and with `engine-stopped` when the worker dies.
   */
  async request<Name extends EngineRequestName>(
    name: Name,
    params: EngineRequests[Name]['params'],
    signal?: AbortSignal,
    onProgress?: (progress: EngineProgress) => void,
  ): Promise<EngineRequests[Name]['result']> {
    signal?.throwIfAborted();
    const worker = this.#start();
    const id = this.#nextId++;
    return new Promise<EngineRequests[Name]['result']>((resolve, reject) => {
      const onAbort = (): void => {
        this.#post(worker, { kind: 'abort', id });
        this.#settle(id)?.reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        resolve: result => resolve(result as EngineRequests[Name]['result']),
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
    worker.on('message', (message: FromWorker) => this.#receive(message));
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

  #receive(message: FromWorker): void {
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
      case 'changed':
        this.#events.onChange({ store: message.store, runIds: new Set(message.runIds) });
        return;
      case 'log':
        this.#events.onLog(message.level, message.text);
    }
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.signal?.removeEventListener('abort', pending.onAbort);
    return pending;
  }

  #rejectAll(): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(engineStopped());
  }
}
