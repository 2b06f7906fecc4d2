/**
 * Ends everything that a run has going inside a container, in the stages of Ctrl-C, shutdown and kill: by one execution
 * of environments/engine/endScript.ts a stage, since each costs the engine a process that Podman keeps for minutes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { endArgv, readEnded } from '../../environments/engine/endScript.ts';
import type { Ended } from '../../environments/engine/endScript.ts';
import type { EndOptions } from '../commandPlace.ts';
import { runIdVariable } from '../childEnvironment.ts';
import { supervisorVariable } from '../supervisorEnvironment.ts';
import type { ContainerApi } from './containerApi.ts';
import type { ContainerFacts } from './engineFacts.ts';
import { isNotAnswering } from './engineCalls.ts';

/** Seconds the kernel gets to remove killed processes before they count as survivors. */
const killSeconds = 5;
const lookAgainMs = 1_000;
/** An engine that is started again takes about as long; processes that show here can be ended without it. */
const mostAttempts = 8;

export interface InsideTree {
  readonly api: ContainerApi;
  readonly container: string;
  readonly runId: string;
  readonly user: string | undefined;
  /** Number inside of the shell that runs the command. */
  readonly wrapper: number | undefined;
  /** When that was started, as `/proc` inside says it. */
  readonly wrapperStart: string | undefined;
  /** When the container was: after another start its numbers mean others, and nothing of the run is left. */
  readonly containerStartedAt: string | undefined;
}

export interface EndInsideOptions extends Omit<EndOptions, 'remembered'> {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves with how many could not be ended; 0 when the container does not run any more, or was started again since.
 * Rejects when nobody answers, or when aborted.
 */
export async function endInside(tree: InsideTree, options: EndInsideOptions): Promise<number> {
  const { interruptMs, terminateMs } = options.grace;
  const stages = [
    ['SIGINT', Math.ceil(interruptMs / 1000)],
    ['SIGTERM', Math.ceil(terminateMs / 1000)],
    ['SIGKILL', killSeconds],
  ] as const;
  let left = 0;
  for (const [signal, seconds] of stages) {
    const asked = options.timesAsked?.() ?? 1;
    const hurried = new AbortController();
    const timer = setInterval(() => {
      if (signal !== 'SIGKILL' && (options.timesAsked?.() ?? 1) > asked) hurried.abort();
    }, 50);
    try {
      const outcome = await signalInside(tree, signal, seconds, anyOf(hurried.signal, options.signal));
      if (outcome === undefined) return 0;
      options.onStage?.(signal, outcome.signalled);
      left = outcome.left;
      if (left === 0) return 0;
    } catch (error) {
      if (!hurried.signal.aborted || options.signal?.aborted === true) throw error;
    } finally {
      clearInterval(timer);
    }
  }
  // What runs as another user by now (sudo) is for root to end.
  if (left > 0 && tree.user !== '0' && tree.user !== 'root')
    left = (await signalInside({ ...tree, user: '0' }, 'SIGKILL', killSeconds, options.signal))?.left ?? 0;
  return left;
}

/** How many processes of the run live inside; 0 when the container does not run, or was started again since. */
export async function countInside(tree: InsideTree, signal?: AbortSignal): Promise<number> {
  return (await signalInside(tree, 'CHECK', 0, signal))?.left ?? 0;
}

function anyOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  return other === undefined ? one : AbortSignal.any([one, other]);
}

/** Undefined when the container does not run any more, or was started again: then nothing in it is the run's. */
async function signalInside(
  { api, container, runId, user, wrapper, wrapperStart, containerStartedAt }: InsideTree,
  signal: NodeJS.Signals | 'CHECK',
  seconds: number,
  abort?: AbortSignal,
): Promise<Ended | undefined> {
  // The signal 0 only asks whether a process is there.
  const name = signal === 'CHECK' ? '0' : signal.slice('SIG'.length);
  const argv = endArgv({
    ...{ mark: `${runIdVariable}=${runId}`, foreign: supervisorVariable, signal: name, seconds },
    ...{ leader: wrapper, leaderStart: wrapperStart },
  });
  for (let attempt = 0; ; attempt++) {
    const now = await api.inspect(container, { signal: abort }).catch(() => 'cannot-tell' as const);
    abort?.throwIfAborted();
    if (now !== 'cannot-tell' && !isSameStart(now, containerStartedAt)) return undefined;
    try {
      const patienceMs = (seconds + 30) * 1000;
      const { stdout } = await api.run(container, { argv, user }, { patienceMs, signal: abort });
      const ended = readEnded(stdout.toString('utf8'));
      if (ended !== undefined) return ended;
    } catch (error) {
      abort?.throwIfAborted();
      if (isNotAnswering(error) && attempt >= mostAttempts) throw error;
    }
    if (attempt >= mostAttempts) throw new Error('the processes inside could not be looked at');
    await delay(lookAgainMs, undefined, abort === undefined ? {} : { signal: abort });
  }
}

function isSameStart(now: ContainerFacts | undefined, startedAt: string | undefined): boolean {
  if (now?.State.Running !== true) return false;
  return startedAt === undefined || now.State.StartedAt === startedAt;
}
