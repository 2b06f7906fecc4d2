/**
 * How the command of a run ended although nobody was left to write its result: a supervisor notes it before it finds out
 * more, and in a container the wrapper says it itself. Such a run is lost all the same; how its command ended is known.
 */
import { readInsideEnd } from './insideEnd.ts';
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
  const inside = record?.container === undefined ? undefined : readInsideEnd(dir);
  if (inside === undefined) return undefined;
  const { exitCode, signal, at } = inside;
  return {
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(at === undefined ? {} : { at: new Date(at).toISOString() }),
  };
}
