/**
 * What the extension host and its worker say to each other. Both ends are this extension in one version, so the
 * messages are typed, not parsed.
 */
import type { EngineRequests } from './engineRequests.ts';

export type EngineRequestName = keyof EngineRequests;

export type ToWorker =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly name: EngineRequestName;
      readonly params: unknown;
    }
  | { readonly kind: 'abort'; readonly id: number };

export type FromWorker =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: CarriedError }
  | { readonly kind: 'aborted'; readonly id: number }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: EngineProgress }
  | { readonly kind: 'changed'; readonly store: string; readonly runIds: readonly string[] }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly text: string };

/** How far a long request is. */
export interface EngineProgress {
  readonly done: number;
  readonly total: number;
}

/** An error on its way between threads: structured cloning alone would lose code and mend. */
export interface CarriedError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly lockstep:
    | { readonly code: string; readonly mend: string | undefined; readonly kind: 'usage' | 'impossible' }
    | undefined;
}
