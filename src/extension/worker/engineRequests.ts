/**
 * The typed request map between the extension host and its worker: name → parameters and result. All values are
 * plain data (structured clone); times are milliseconds since the epoch unless a type says otherwise. To add one:
 * a line here, a handler in a `*Handlers.ts` beside it, and the handler's entry in engineHandlers.ts.
 */
import type { LogWindow } from './logWindow.ts';

export interface Request<Params, Result> {
  readonly params: Params;
  readonly result: Result;
}

export interface RunReference {
  /** Absolute path of the store, from the project model. */
  readonly store: string;
  /** Full run id. */
  readonly id: string;
}

export interface EngineRequests {
  /** The end of a run's log, at most `bytes` of each stream. */
  logWindow: Request<RunReference & { readonly bytes: number }, LogWindow>;
}
