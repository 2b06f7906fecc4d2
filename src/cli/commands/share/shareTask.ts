/** What the share commands do around their work: hear Ctrl-C and a closed window, show what git says on its way. */
import type { ShareTask } from '../../../sharing/shareTask.ts';
import type { CliContext } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { printable } from '../../text/printable.ts';

export interface CliShareTask extends ShareTask {
  /** Takes the line of progress away, before anything is said for good. */
  readonly clear: () => void;
}

/** Ctrl-C, somebody who ends it, a window that is closed. */
const stopping = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Rejects with what `work` rejects with; Ctrl-C ends it with 130. */
export async function withShareTask(
  context: CliContext,
  stopped: string,
  work: (task: CliShareTask) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  for (const signal of stopping) process.once(signal, onInterrupt);
  const { terminal } = context;
  let live = false;
  const clear = (): void => {
    if (live) terminal.err('\r\u001b[K');
    live = false;
  };
  const onProgress = (line: string): void => {
    if (!terminal.liveErr) return;
    terminal.err(`\r\u001b[K${printable(line).slice(0, terminal.width - 1)}`);
    live = true;
  };
  try {
    const signal = AbortSignal.any([context.signal, stop.signal]);
    return await work({ environment: context.env, signal, mayAsk: terminal.interactive, onProgress, clear });
  } catch (error) {
    clear();
    if (!stop.signal.aborted) throw error;
    terminal.err(`Stopped. ${stopped}\n`);
    return exitCodes.cancelled;
  } finally {
    clear();
    for (const signal of stopping) process.off(signal, onInterrupt);
  }
}
