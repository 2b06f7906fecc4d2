/**
 * Waits for the end of a command in a container, by whatever evidence there is: the exit code that its wrapper wrote, the
 * wrapper's process where it shows on this machine, and what the engine says. Invariant: without an exit code a run is
 * over only when the wrapper is known to be gone; an engine that does not answer proves nothing.
 */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess } from '../../base/processIdentity.ts';
import type { ProcessIdentity } from '../../base/processIdentity.ts';
import { insideFolder, readInsideEnd } from '../../runs/insideEnd.ts';
import type { CommandEnd } from '../spawnCommand.ts';
import type { ContainerApi } from './containerApi.ts';
import type { ContainerFacts } from './engineFacts.ts';
import { isNotAnswering } from './engineCalls.ts';

export interface RunningInside {
  readonly api: ContainerApi;
  readonly container: string;
  /** When the container was started: after another start nothing of the run lives. */
  readonly containerStartedAt: string | undefined;
  readonly exec: string | undefined;
  /** The wrapper as this machine knows it. */
  readonly child: ProcessIdentity | undefined;
  /** The run folder. */
  readonly dir: string;
  /** How many processes of the run are left inside. */
  readonly count: (signal: AbortSignal) => Promise<number>;
  /** The same without the engine; undefined where they cannot be told from others on this machine. */
  readonly shown: () => Promise<number | undefined>;
  readonly note: (text: string) => void;
  /** Milliseconds without any answer after which what shows here is believed; absent as long as an engine restarts. */
  readonly engineMs?: number;
}

/** Where no notice comes from the file system, and where processes show here. */
const lookEveryMs = 250;
/** Where only the engine knows; a question takes it some milliseconds. */
const askEveryMs = 5_000;
/** As long as an engine takes to start again, which then says what became of the container. */
const engineMs = 30_000;
const endedUnseen =
  'Everything of the command in the container was ended, and the container engine does not answer any more.';
/** From the death of a wrapper to the moment in which its last file shows on a shared file system. */
const lateMs = 500;

/** Resolves when nothing of the command runs any more. Never rejects but when `signal` aborts. */
export async function awaitInside(running: RunningInside, signal: AbortSignal): Promise<CommandEnd> {
  const { dir, child, note } = running;
  let wake = (): void => undefined;
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(insideFolder(dir), () => wake());
    watcher.on('error', () => watcher?.close());
  } catch {
    // It is looked at from time to time all the same.
  }
  // The engine tells the end of a container at once, as long as the connection lasts.
  const stop = { seen: false };
  void announceStop(running, signal, () => {
    stop.seen = true;
    wake();
  });
  let askedAt = performance.now();
  let silentSince: number | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const end = readInsideEnd(dir);
      if (end !== undefined) return end;
      const here = child === undefined ? undefined : await isGone(child);
      if (here === true || stop.seen || performance.now() - askedAt > askEveryMs) {
        askedAt = performance.now();
        const look = new AbortController();
        const asked = whyGone(running, here === true, AbortSignal.any([signal, look.signal])).then(
          answer => {
            silentSince = undefined;
            return answer;
          },
          (error: unknown) => {
            if (look.signal.aborted || signal.aborted) return undefined;
            if (!isNotAnswering(error)) note(`the container could not be looked at: ${String(error)}`);
            else if (silentSince === undefined)
              note('the engine does not answer; waiting for it, or for the exit code');
            silentSince ??= performance.now();
            return undefined;
          },
        );
        // An engine that hangs does not hold up what the wrapper itself says.
        const gone = await Promise.race([asked, said(dir, look.signal)]);
        look.abort();
        signal.throwIfAborted();
        if (gone === undefined && here === true && silentSince !== undefined) {
          const silence = performance.now() - silentSince;
          if (silence > (running.engineMs ?? engineMs) && (await running.shown()) === 0)
            return readInsideEnd(dir) ?? ended(endedUnseen);
        }
        if (gone !== undefined) {
          await delay(lateMs);
          return readInsideEnd(dir) ?? gone;
        }
        stop.seen = false;
      }
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, lookEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    watcher?.close();
  }
}

/** Asks again when the connection ends: an engine may be restarted under a container that goes on. */
async function announceStop(
  { api, container }: RunningInside,
  signal: AbortSignal,
  stopped: () => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await api.waitForEnd(container, signal);
      stopped();
    } catch {
      // Not answering, or cut off.
    }
    await delay(2_000, undefined, { signal }).catch(() => undefined);
  }
}

/** Resolves when the wrapper has said how the command ended, which is then to be read; or when nobody asks any more. */
async function said(dir: string, signal: AbortSignal): Promise<undefined> {
  while (!signal.aborted && readInsideEnd(dir) === undefined)
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  return undefined;
}

async function isGone(child: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(child.pid);
  return now === undefined || (child.startTime !== undefined && now.startTime !== child.startTime);
}

/** Undefined while the wrapper lives, as far as is known. Rejects as the engine does. */
async function whyGone(
  running: RunningInside,
  wrapperGone: boolean,
  signal: AbortSignal,
): Promise<CommandEnd | undefined> {
  const { api, container, containerStartedAt, exec } = running;
  const facts = await api.inspect(container, { signal });
  if (facts === undefined) return ended(removed);
  if (!facts.State.Running) return ended(stopReason(facts));
  if (containerStartedAt !== undefined && facts.State.StartedAt !== containerStartedAt)
    return ended('The container was restarted while the command ran, which ended everything in it.');
  const executing = exec === undefined ? undefined : await api.execFacts(exec, { signal });
  // Without a number of ours the engine's word on what it executed is all there is.
  if (!wrapperGone && (executing === undefined ? running.child !== undefined : executing.Running))
    return undefined;
  // The shell alone was killed: the command may go on, and nobody will know its exit code.
  if ((await running.count(signal)) > 0) return undefined;
  // An engine takes a moment to see that a container has died.
  const later = await api.inspect(container, { signal });
  if (later?.State.Running !== true) return ended(later === undefined ? removed : stopReason(later));
  return { exitCode: undefined, signal: undefined };
}

const removed = 'The container was removed while the command ran.';

function stopReason({ State, Name }: ContainerFacts): string {
  const name = Name.replace(/^\//, '');
  const how = State.OOMKilled
    ? 'it ran out of memory'
    : `exit code ${State.ExitCode}${State.ExitCode === 137 ? ', killed' : ''}`;
  return `The container ${name} stopped while the command ran (${how}).`;
}

function ended(message: string): CommandEnd {
  return {
    exitCode: undefined,
    signal: undefined,
    failure: {
      code: 'container-ended',
      message,
      mend: 'Start it again with lockstep env up, then run the command again.',
    },
  };
}
