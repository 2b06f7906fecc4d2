/** The extension host's way to everything that reads a store, computes, or starts a run: requests to one worker. */
import { ThreadClient } from './thread/threadClient.ts';
import type { EngineNotice, EngineProgress, EngineRequests } from './worker/engineRequests.ts';

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

export class StoreClient extends ThreadClient<EngineRequests, EngineNotice, EngineProgress> {
  constructor(script: string, events: StoreClientEvents) {
    super(script, {
      onNotice: ({ store, runIds }) => events.onChange({ store, runIds: new Set(runIds) }),
      onLog: (level, text) => events.onLog(level, text),
      onStopped: () => events.onStopped(),
    });
  }
}
