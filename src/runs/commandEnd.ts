/**
 * How the command of a run ended although nobody was left to write its result: a supervisor notes it before it finds out
 * more, and in a container the wrapper says it itself. Such a run is lost all the same; how its command ended is known.
 */
import { readInsideEnd, readInsideKey } from './insideEnd.ts';
import type { ProcessRecord } from './processRecord.ts';

export interface CommandEnd {
  readonly exitCode?: number;
  readonly signal?: string;
  /** ISO 8601, UTC. */
  readonly at?: string;
}

/** @param dir The run folder. */
export function readCommandEnd(dir: string, record: ProcessRecord | undefined): CommandEnd | undefined {
  const noted = record?.ended;
  if (noted !== undefined) {
    const { exitCode, signal, at } = noted;
    return {
      at,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(signal === undefined ? {} : { signal }),
    };
  }
  // A supervisor may die before it has noted that the command runs in a container: then its key says that this is its word.
  const isInside = record?.container !== undefined || readInsideKey(dir) !== undefined;
  const inside = isInside ? readInsideEnd(dir) : undefined;
  if (inside === undefined) return undefined;
  const { exitCode, signal, at } = inside;
  return {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(at === undefined ? {} : { at: new Date(at).toISOString() }),
  };
}
