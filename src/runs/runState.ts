/**
 * The state of a run, derived from its files and the processes they name. `lost` is never written anywhere: it is what
 * a reader sees when no result exists and the recorded processes are gone.
 */
import { processLives, type HostIdentity, type ProcessLife } from '../base/processIdentity.ts';
import { isStarted } from './processRecord.ts';
import type { ProcessRecord } from './processRecord.ts';
import type { EndState } from './result.ts';

export type RunState = 'preparing' | 'running' | EndState | 'lost';

/** Where processes cannot be looked at (another host, boot or container), this much silence means gone. */
export const heartbeatLimitMs = 60_000;

export interface StateEvidence {
  readonly resultState?: EndState | undefined;
  readonly process?: ProcessRecord | undefined;
  /** When the supervisor last showed life, milliseconds since the epoch: the newest of heartbeat and run folder. */
  readonly lastSignOfLife: number;
  /** Imported or shared: nobody here ever watched it, and what its source does not know of its end will not come. */
  readonly imported?: boolean | undefined;
}

export interface DerivedState {
  readonly state: RunState;
  readonly stillRunning: boolean;
  /** Nothing but a change of the run folder can change this state again. */
  readonly final: boolean;
}

/**
 * @param here The present host, read once by the caller.
 * @param now Milliseconds since the epoch.
 */
export async function deriveState(
  evidence: StateEvidence,
  here: HostIdentity,
  now: number,
): Promise<DerivedState> {
  if (evidence.resultState !== undefined)
    return { state: evidence.resultState, stillRunning: false, final: true };
  const record = evidence.process;
  if (record === undefined) {
    if (evidence.imported === true) return { state: 'lost', stillRunning: false, final: true };
    // Until the command is spawned nothing names the supervisor; its heartbeat speaks for it.
    const silent = now - evidence.lastSignOfLife > heartbeatLimitMs;
    return silent
      ? { state: 'lost', stillRunning: false, final: false }
      : { state: 'preparing', stillRunning: true, final: false };
  }
  const supervisor = await supervisorLives(record, here);
  // Of a container that does not show here nobody can say without its engine.
  const unseen = record.container === undefined ? 'gone' : 'cannot-tell';
  const child = record.child === undefined ? unseen : await processLives(record, record.child, here);
  return fromLives(supervisor, child, isStarted(record), now - evidence.lastSignOfLife);
}

/** Of a supervisor that was killed the watchdog becomes the next one: the run is not alone for a moment. */
export async function supervisorLives(record: ProcessRecord, here?: HostIdentity): Promise<ProcessLife> {
  const life = await processLives(record, record.supervisor, here);
  if (life !== 'gone' || record.watchdog === undefined) return life;
  return processLives(record, record.watchdog, here);
}

function fromLives(
  supervisor: ProcessLife,
  child: ProcessLife,
  spawned: boolean,
  silenceMs: number,
): DerivedState {
  const active = { state: spawned ? 'running' : 'preparing', stillRunning: true, final: false } as const;
  switch (supervisor) {
    case 'lives':
      return active;
    case 'gone':
      // A process seen to be gone from its own host and boot never comes back; who adopts the run writes process.json.
      return { state: 'lost', stillRunning: child === 'lives', final: child === 'gone' };
    case 'cannot-tell':
      return silenceMs > heartbeatLimitMs ? { state: 'lost', stillRunning: false, final: false } : active;
  }
}
