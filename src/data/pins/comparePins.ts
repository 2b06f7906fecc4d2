/** What changed between two sets of pins, by path and hash alone: nothing is read from disk. */
import type { PinnedOutput, PinSet } from '../pinnedOutput.ts';

export interface PinChange {
  /** Relative to the data root; of a renamed output the new one. */
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted' | 'renamed';
  readonly from?: PinnedOutput;
  readonly to?: PinnedOutput;
}

/** Sorted by path. Renamed: the same object left one path and came to another. */
export function comparePins(from: PinSet, to: PinSet): PinChange[] {
  throw new Error(`not yet ${from.outputs.length} ${to.outputs.length}`);
}
