/** Waits for something to become true of a run, woken by changes in its folder and by the clock. */
import type { RunPaths } from '../runs/runPaths.ts';
import { TailGroup } from './tailGroup.ts';
import type { Tail } from './tailGroup.ts';

/** The death of a supervisor leaves no trace in the folder: it is looked for this often. */
const lookEveryMs = 1_000;

export interface AwaitOptions {
  /** Read while waiting, and to their ends before the answer is handed out. */
  readonly tails?: readonly Tail[];
  readonly signal?: AbortSignal | undefined;
}

/** Resolves with the first answer that is not undefined. Rejects with the signal's reason, or with what a tail met. */
export async function awaitRun<T>(
  paths: RunPaths,
  probe: () => Promise<T | undefined>,
  options: AwaitOptions = {},
): Promise<T> {
  options.signal?.throwIfAborted();
  const problems: unknown[] = [];
  let wake = (): void => undefined;
  let changed = false;
  const onWake = (): void => {
    changed = true;
    wake();
  };
  const group = new TailGroup(paths.dir, options.tails ?? [], {
    ignore: name => name.endsWith('.bin') || name === 'heartbeat',
    onChange: name => {
      if (name === undefined || name.endsWith('.json')) onWake();
    },
    onProblem: error => {
      problems.push(error);
      onWake();
    },
  });
  options.signal?.addEventListener('abort', onWake, { once: true });
  try {
    for (;;) {
      changed = false;
      const answer = await probe();
      options.signal?.throwIfAborted();
      if (answer !== undefined) group.drain();
      if (problems.length > 0) throw problems[0];
      if (answer !== undefined) return answer;
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, lookEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (changed) wake();
      });
    }
  } finally {
    options.signal?.removeEventListener('abort', onWake);
    group.close();
  }
}
