/**
 * Carries objects over in rounds: the server is asked where they go, they go side by side, and those that failed in a
 * way that may pass are asked for again in the next round, because addresses are valid for minutes only.
 */
import { errorText } from '../../base/systemError.ts';
import type { LfsFailure, LfsObject } from './fetchLfsObjects.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import type { LfsOperation } from './lfsEndpoint.ts';
import type { BatchObject, LfsServer } from './lfsServer.ts';
import { pauseBeforeTry } from './pauseBeforeTry.ts';

/**
 * `again` may pass; `wrong` is tried once more, because a proxy between may be the one that is wrong; `failed` is not.
 */
export type TransferOutcome =
  | { readonly state: 'done' }
  | { readonly state: 'present' }
  | { readonly state: 'again' | 'wrong' | 'failed'; readonly why: string; readonly afterMs?: number };

export interface Rounds {
  readonly server: LfsServer;
  readonly operation: LfsOperation;
  readonly objects: readonly LfsObject[];
  /** Full name of the branch, which some servers decide by. */
  readonly ref: string | undefined;
  /** Transfers at once. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  /** Moves one object as the server said. Rejects only where going on is useless. */
  readonly move: (object: LfsObject, told: BatchObject) => Promise<TransferOutcome>;
}

export interface RoundsResult {
  readonly done: readonly LfsObject[];
  /** The other side had them already. */
  readonly present: readonly LfsObject[];
  readonly failures: ReadonlyMap<string, LfsFailure>;
}

const batchSize = 100;
const maxTries = 8;

/** Rejects as {@link LfsServer.batch} where nothing could be moved at all, with what `move` rejects with, or when aborted. */
export async function transferRounds(rounds: Rounds): Promise<RoundsResult> {
  const done: LfsObject[] = [];
  const present: LfsObject[] = [];
  const failures = new Map<string, LfsFailure>();
  let waiting: Waiting[] = [...new Map(rounds.objects.map(one => [one.oid, one])).values()].map(object => ({
    ...{ object, tried: 0, wrong: 0 },
  }));
  while (waiting.length > 0) {
    const again: Waiting[] = [];
    let afterMs: number | undefined;
    for (let at = 0; at < waiting.length; at += batchSize) {
      const part = waiting.slice(at, at + batchSize);
      const told = await askFor(rounds, part, done.length + present.length > 0);
      if (told instanceof LockstepError) {
        for (const { object } of waiting.slice(at)) failures.set(object.oid, { message: said(told) });
        break;
      }
      await sideBySide(part, rounds.concurrency, async one => {
        rounds.signal?.throwIfAborted();
        const outcome = await outcomeOf(rounds, one.object, told.get(one.object.oid));
        if (outcome.state === 'done') done.push(one.object);
        else if (outcome.state === 'present') present.push(one.object);
        else if (mayTryAgain(one, outcome.state)) {
          again.push({
            ...one,
            tried: one.tried + 1,
            wrong: one.wrong + (outcome.state === 'wrong' ? 1 : 0),
          });
          afterMs = Math.max(afterMs ?? 0, outcome.afterMs ?? 0);
        } else failures.set(one.object.oid, { message: outcome.why });
      });
    }
    if (again.length > 0)
      await pauseBeforeTry(
        again[0]?.tried ?? 1,
        afterMs === undefined || afterMs === 0 ? undefined : afterMs,
        rounds.signal,
      );
    waiting = again;
  }
  return { done, present, failures };
}

interface Waiting {
  readonly object: LfsObject;
  readonly tried: number;
  readonly wrong: number;
}

function mayTryAgain(one: Waiting, state: 'again' | 'wrong' | 'failed'): boolean {
  return one.tried + 1 < maxTries && (state === 'again' || (state === 'wrong' && one.wrong === 0));
}

/** When the server fails after it has served others, what came stays and the rest is named. */
async function askFor(
  { server, operation, ref, signal }: Rounds,
  part: readonly Waiting[],
  served: boolean,
): Promise<Map<string, BatchObject> | LockstepError> {
  try {
    const objects = await server.batch(
      operation,
      part.map(one => one.object),
      ref,
      signal,
    );
    return new Map(objects.map(object => [object.oid, object]));
  } catch (error) {
    if (served && error instanceof LockstepError) return error;
    throw error;
  }
}

async function outcomeOf(
  rounds: Rounds,
  object: LfsObject,
  told: BatchObject | undefined,
): Promise<TransferOutcome> {
  if (told === undefined) return { state: 'failed', why: 'the server did not answer for it' };
  if (told.error !== null && told.error !== undefined) {
    const { code, message } = told.error;
    const why = code === 404 ? 'the server does not have it' : `the server says: ${message || String(code)}`;
    return { state: code === 429 || code >= 500 ? 'again' : 'failed', why };
  }
  return rounds.move(object, told);
}

async function sideBySide<T>(
  items: readonly T[],
  width: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const workers = Array.from({ length: Math.min(width, items.length) }, async () => {
    for (const item of queue) await act(item);
  });
  const ended = await Promise.allSettled(workers);
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

function said(error: LockstepError): string {
  return errorText(error).replace(/\.$/, '');
}
