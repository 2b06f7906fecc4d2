/**
 * What the extension host and a worker thread say to each other. Both ends are this extension in one version, so the
 * messages are typed, not parsed. A line is described by its map of requests, the notices that the worker sends
 * unasked, and what its long requests tell of their progress.
 */

/** One entry of a map of requests. All values are plain data (structured clone). */
export interface Request<Params, Result> {
  readonly params: Params;
  readonly result: Result;
}

export type ToWorker =
  | { readonly kind: 'request'; readonly id: number; readonly name: string; readonly params: unknown }
  | { readonly kind: 'abort'; readonly id: number };

export type FromWorker<Notice, Progress> =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: CarriedError }
  | { readonly kind: 'aborted'; readonly id: number }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly text: string };

/** An error on its way between threads: structured cloning alone would lose code and mend. */
export interface CarriedError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly lockstep:
    | { readonly code: string; readonly mend: string | undefined; readonly kind: 'usage' | 'impossible' }
    | undefined;
}
