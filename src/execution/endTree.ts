/**
 * Ends a whole process tree: first as Ctrl-C does, so that a training can save itself, then as a shutdown does, then
 * without asking. Resolves when no process of the tree is left, or none that this user may end.
 */
import { findProcessTree, signalProcessTree } from '../base/processTree.ts';
import type { TreeRoot } from '../base/processTree.ts';

export interface GracePeriods {
  readonly interruptMs: number;
  readonly terminateMs: number;
}

export interface EndTreeOptions {
  readonly tree: () => TreeRoot;
  readonly grace: GracePeriods;
  /** How often the end was asked for. When it grows, the present grace period is over: asked again, ending gets rougher. */
  readonly timesAsked?: () => number;
  readonly onStage?: (signal: NodeJS.Signals, processes: number) => void;
}

/** Milliseconds the kernel gets to remove killed processes before they count as survivors. */
const killMs = 5_000;
const lookEveryMs = 50;

/** Resolves with the number of processes that could not be ended. */
export async function endTree(options: EndTreeOptions): Promise<number> {
  const stages: readonly [NodeJS.Signals, number][] = [
    ['SIGINT', options.grace.interruptMs],
    ['SIGTERM', options.grace.terminateMs],
    ['SIGKILL', killMs],
  ];
  let left = 0;
  for (const [signal, patienceMs] of stages) {
    const signalled = await signalProcessTree(options.tree(), signal);
    options.onStage?.(signal, signalled);
    left = await waitUntilGone(options, patienceMs, signal === 'SIGKILL');
    if (left === 0) return 0;
  }
  return left;
}

async function waitUntilGone(options: EndTreeOptions, patienceMs: number, kill: boolean): Promise<number> {
  const end = performance.now() + patienceMs;
  const asked = options.timesAsked?.() ?? 1;
  for (;;) {
    const left = await findProcessTree(options.tree());
    const hurried = !kill && (options.timesAsked?.() ?? 1) > asked;
    if (left.length === 0 || hurried || performance.now() >= end) return left.length;
    // One that was forked in the moment of the kill.
    if (kill) await signalProcessTree(options.tree(), 'SIGKILL');
    await new Promise(resolve => setTimeout(resolve, lookEveryMs));
  }
}
