/**
 * What happens in an engine, as an endless sequence: when the connection breaks or the engine restarts, it is taken up
 * again from the last event on, and a `gap` says that something may have been missed, so that whoever relies on the
 * events looks again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineConnection } from './engineConnection.ts';
import { engineStream } from './engineStream.ts';
import { jsonLines } from './jsonLines.ts';
import { rawEventSchema } from './shapes.ts';

export type EngineEvent =
  | {
      readonly kind: 'event';
      /** `container`, `image`. */
      readonly type: string;
      /** `start`, `die`, `destroy` (Podman: `remove`), `exec_die` (Podman: `exec_died`), … without what follows a colon. */
      readonly action: string;
      /** Of the container. */
      readonly id: string;
      /** Labels, `exitCode`, `execID`, `name`. */
      readonly attributes: Readonly<Record<string, string>>;
      /** Milliseconds since 1970. */
      readonly time: number;
    }
  /** The first connection stands, or a later one after a break. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'gap' };

export interface EventFilters {
  /** `name` or `name=value`. */
  readonly labels?: readonly string[];
  readonly containers?: readonly string[];
  /** `container` when left out. */
  readonly types?: readonly string[];
}

const longestPauseMs = 5000;

/** Ends when the signal aborts; an engine that does not answer is asked again, at the latest every five seconds. */
export async function* followEvents(
  connection: EngineConnection,
  filters: EventFilters,
  signal: AbortSignal,
): AsyncGenerator<EngineEvent, void, undefined> {
  const wanted = JSON.stringify({
    type: filters.types ?? ['container'],
    ...(filters.labels === undefined ? {} : { label: filters.labels }),
    ...(filters.containers === undefined ? {} : { container: filters.containers }),
  });
  let seen = 0n;
  let pauseMs = 100;
  let first = true;
  while (!signal.aborted) {
    try {
      const stream = await connection.tell('tell what happens', signal, docker =>
        engineStream(
          docker.getEvents({
            filters: wanted,
            abortSignal: signal,
            ...(seen === 0n ? {} : { since: nanoseconds(seen) }),
          }),
        ),
      );
      yield { kind: first ? 'connected' : 'gap' };
      first = false;
      pauseMs = 100;
      for await (const value of jsonLines(stream)) {
        const event = rawEventSchema.safeParse(value);
        if (!event.success) continue;
        const at = BigInt(Math.trunc(event.data.timeNano ?? (event.data.time ?? 0) * 1e9));
        // Numbers of this size are exact to a few hundred nanoseconds only: equal ones are told twice, not lost.
        if (at !== 0n && at < seen) continue;
        seen = at > seen ? at : seen;
        yield {
          kind: 'event',
          type: event.data.Type,
          action: event.data.Action.replace(/:.*$/s, ''),
          id: event.data.Actor?.ID ?? '',
          attributes: event.data.Actor?.Attributes ?? {},
          time: Number(at / 1_000_000n),
        };
      }
    } catch {
      // Whatever it was, the engine is asked again; doctor and the finding of engines say why it does not answer.
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/** As the engine takes them: `1700000000.000000001`. */
function nanoseconds(value: bigint): number {
  return Number(value / 1_000_000_000n);
}
