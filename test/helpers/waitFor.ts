/** Deterministic waiting: a condition is asked again until it holds or a generous deadline passes. Never a bare sleep. */
import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds until the wait fails. Generous: machines that run tests are slow. Default 60,000. */
  readonly deadlineMs?: number;
  /** Milliseconds between two questions. Default 20. */
  readonly everyMs?: number;
  /** Said with the failure: what was seen instead. */
  readonly describe?: () => string | Promise<string>;
}

/** A condition that has not come true yet. `false`, `null` and `undefined` all say so; `0` and `''` are values. */
type NotYet = false | null | undefined;

/**
 * Resolves with the first value of `probe` that is neither false, null nor undefined.
 * A probe that throws has not come true yet; its last error becomes the cause of the failure.
 * @param what Completes "Waited … s for": `the run to finish`.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | NotYet | Promise<T | NotYet>,
  options: WaitOptions = {},
): Promise<T> {
  const deadlineMs = options.deadlineMs ?? 60_000;
  const end = performance.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== false && value !== null && value !== undefined) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= end) break;
    await delay(options.everyMs ?? 20);
  }
  const seen = options.describe === undefined ? '' : `\nSeen instead: ${await options.describe()}`;
  throw new Error(`Waited ${deadlineMs / 1000} s for ${what}.${seen}`, { cause: lastError });
}
