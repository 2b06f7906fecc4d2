/**
 * Follows a run from its files alone: its output as it grows, and its end. Any number of readers may do so, during
 * the run or long after.
 */
import type { RunPaths } from '../runs/runPaths.ts';
import { readPreparing } from '../runs/preparing.ts';
import { awaitRun } from './awaitRun.ts';
import { FileTail } from './fileTail.ts';
import { readRunEnd } from './runEnd.ts';
import type { RunEnd } from './runEnd.ts';

export interface FollowOptions {
  /** Gets each piece of output, in order within a stream, byte for byte as the program wrote it; valid during the call. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Gets each line about what takes long before the command starts, and undefined when there is nothing more to tell. */
  readonly onPreparing?: (text: string | undefined) => void;
  /** Offsets to go on from. From the first byte when left out. */
  readonly from?: { readonly stdout: number; readonly stderr: number };
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves when the run has ended, or its supervisor is gone, with all output up to then handed on. What processes
 * that the command left behind write later is not waited for. Rejects with the signal's reason when aborted.
 */
export async function followRun(paths: RunPaths, options: FollowOptions = {}): Promise<RunEnd> {
  const { onOutput, onPreparing, from, signal } = options;
  const tails =
    onOutput === undefined
      ? []
      : [
          new FileTail(paths.stdout, chunk => onOutput('stdout', chunk), from?.stdout),
          new FileTail(paths.stderr, chunk => onOutput('stderr', chunk), from?.stderr),
        ];
  let aloneSince: number | undefined;
  let told: string | undefined;
  const probe = async (): Promise<RunEnd | undefined> => {
    const preparing = onPreparing === undefined ? undefined : readPreparing(paths);
    if (preparing !== told) onPreparing?.((told = preparing));
    const end = await readRunEnd(paths);
    const isAlone = end?.state === 'lost' && end.stillRunning;
    aloneSince = isAlone ? (aloneSince ?? performance.now()) : undefined;
    // In the first moments of a run its watchdog is there before it is written down.
    return isAlone && performance.now() - (aloneSince ?? 0) < replacedWithinMs ? undefined : end;
  };
  return awaitRun(paths, probe, { tails, signal });
}

/** As long as another supervisor takes to say that it has taken the run over, and longer. */
const replacedWithinMs = 2_000;
