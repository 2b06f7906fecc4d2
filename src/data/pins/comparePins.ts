/** What changed between two sets of pins, by path and hash alone: nothing is read from disk. */
import { sameObject } from '../objectId.ts';
import type { PinnedOutput, PinSet } from '../pinnedOutput.ts';

export interface PinChange {
  /** Relative to the data root; of a renamed output the new one. */
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted' | 'renamed';
  readonly from?: PinnedOutput;
  readonly to?: PinnedOutput;
}

/**
 * Sorted by path. Renamed: the same object left one path and came to another. An output that is executable now, or
 * no longer, is modified; one without a hash on both sides is unchanged.
 */
export function comparePins(from: PinSet, to: PinSet): PinChange[] {
  const before = new Map(from.outputs.map(output => [output.path, output]));
  const after = new Map(to.outputs.map(output => [output.path, output]));
  const left = new Map<string, PinnedOutput[]>();
  for (const output of from.outputs) {
    if (after.has(output.path) || output.object === undefined) continue;
    const key = `${output.object.algorithm}:${output.object.value}`;
    left.set(key, [...(left.get(key) ?? []), output]);
  }
  const changes: PinChange[] = [];
  const renamed = new Set<PinnedOutput>();
  for (const output of to.outputs) {
    const old = before.get(output.path);
    if (old !== undefined) {
      if (!samePin(old, output))
        changes.push({ path: output.path, change: 'modified', from: old, to: output });
      continue;
    }
    const key = output.object === undefined ? '' : `${output.object.algorithm}:${output.object.value}`;
    const source = left.get(key)?.shift();
    if (source === undefined) changes.push({ path: output.path, change: 'added', to: output });
    else {
      renamed.add(source);
      changes.push({ path: output.path, change: 'renamed', from: source, to: output });
    }
  }
  for (const output of from.outputs)
    if (!after.has(output.path) && !renamed.has(output))
      changes.push({ path: output.path, change: 'deleted', from: output });
  return changes.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function samePin(one: PinnedOutput, other: PinnedOutput): boolean {
  if (one.executable !== other.executable) return false;
  if (one.object === undefined && other.object === undefined)
    return JSON.stringify(one.cloudFiles) === JSON.stringify(other.cloudFiles);
  return sameObject(one.object, other.object);
}
