/**
 * Hashes beside the run the files that its snapshot only lists, because hashing them before the start would have
 * delayed it. A hash is given only for the bytes of that moment: a file that changed since has none.
 */
import { stat } from 'node:fs/promises';
import { absolutePath, bytePathOfRecord } from '../../git/bytePath.ts';
import { isLacking } from '../../git/gaps.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse, GapHash } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan, SnapshotGap } from '../../runs/plan.ts';

/** About a minute of one core; what is beyond is listed as too large. */
const defaultLimitBytes = 64 * 1024 ** 3;

/** One after the other, smallest first, so that the run's own reading has the disk. Rejects only when aborted. */
export async function hashGaps(
  plan: Pick<Plan, 'root' | 'code'>,
  { limitBytes = defaultLimitBytes, signal }: { limitBytes?: number; signal?: AbortSignal } = {},
): Promise<GapHash[]> {
  const gaps = (knownValue(plan.code)?.gaps ?? []).filter(isUnhashedFile);
  gaps.sort((a, b) => (a.size ?? 0) - (b.size ?? 0));
  const hashes: GapHash[] = [];
  let left = limitBytes;
  for (const gap of gaps) {
    signal?.throwIfAborted();
    left -= gap.size ?? 0;
    const outcome = left < 0 ? { problem: 'too large to be hashed' } : await hashGap(plan.root, gap, signal);
    hashes.push({ path: gap.path, ...outcome });
  }
  return hashes;
}

/** Inputs that are such files need not be read a second time. */
export function withGapHashes(
  inputs: readonly FileUse[],
  plan: Pick<Plan, 'code'>,
  hashes: readonly GapHash[],
): FileUse[] {
  const byPath = new Map(hashes.map(one => [one.path, one.sha256]));
  const gaps = new Map((knownValue(plan.code)?.gaps ?? []).map(gap => [gap.path, gap]));
  return inputs.map(input => {
    const gap = gaps.get(input.path);
    const sha256 = gap?.sha256 ?? byPath.get(input.path);
    const same =
      gap !== undefined && gap.size === input.size && sameTime(gap.modifiedAt, input.modifiedAt ?? NaN);
    const usable = same && sha256 !== undefined && input.problem === undefined;
    return usable && input.sha256 === undefined ? { ...input, sha256 } : input;
  });
}

function isUnhashedFile(gap: SnapshotGap): boolean {
  const isFile = gap.reason === 'over-limit' || gap.reason === 'filtered';
  return isLacking(gap) && gap.sha256 === undefined && gap.size !== undefined && isFile;
}

async function hashGap(
  root: string,
  gap: SnapshotGap,
  signal: AbortSignal | undefined,
): Promise<Omit<GapHash, 'path'>> {
  const path = absolutePath(root, bytePathOfRecord(gap));
  const sha256 = await hashFile(path, signal);
  const after = await stat(path).catch(() => undefined);
  if (after?.size !== gap.size || !sameTime(gap.modifiedAt, after?.mtimeMs ?? NaN))
    return { problem: 'changed before it could be hashed' };
  return sha256 === undefined ? { problem: 'cannot be read' } : { sha256 };
}

function sameTime(a: number | undefined, b: number): boolean {
  return a !== undefined && Math.abs(a - b) < 1;
}
