/** The end of a run whose tool does not say whether it ended, from when its files were last written. */
import { statSync } from 'node:fs';
import type { PastRun } from '../pastRun.ts';

/** Written this short ago, it may be going on. */
const restMs = 2 * 60_000;

export interface UnsaidEnd {
  /** Part of the fingerprint, so that a run that was still going on is renewed when it has come to rest. */
  readonly mark: string;
  readonly atRest: boolean;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export function unsaidEnd(paths: readonly string[], now = Date.now()): UnsaidEnd {
  const modifiedAt = paths.reduce(
    (newest, path) => Math.max(newest, statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0),
    0,
  );
  const atRest = now - modifiedAt > restMs;
  return { mark: atRest ? 'at rest' : 'going on', atRest, modifiedAt };
}

/** Finished, with a warning that nobody said so. */
export function endAtRest(
  { atRest, modifiedAt }: UnsaidEnd,
  lastTime: number | undefined,
  tool: string,
): { end?: PastRun['end']; warnings: string[] } {
  if (!atRest) return { warnings: [] };
  return {
    end: { state: 'finished', at: lastTime ?? modifiedAt },
    warnings: [
      `${tool} does not keep how a run ended: that it finished is taken from its files being at rest`,
    ],
  };
}
