/** The first operation that differs between two runs, where both recorded theirs. */
import { open } from 'node:fs/promises';
import type { RunDetails } from '../../../runs/runDetails.ts';
import { runPathsIn } from '../../../runs/runPaths.ts';
import type { DifferingOperation } from '../../../runs/verdict.ts';
import { compareOperations } from './compareOperations.ts';
import { parseOperations } from './parseOperations.ts';
import type { Recording } from './parseOperations.ts';

/** The recorder stops before; a file that is larger was not written by it. */
const mostBytes = 64 * 1024 * 1024;

export async function differingOperation(
  original: RunDetails,
  other: RunDetails,
): Promise<DifferingOperation | undefined> {
  const [before, now] = await Promise.all([readOperations(original), readOperations(other)]);
  if (before === undefined || now === undefined) return undefined;
  const { plan } = other;
  return compareOperations(before.operations, now.operations, plan === undefined ? [] : [plan.root]);
}

/** Undefined where nothing was recorded. */
export async function readOperations({ dir }: Pick<RunDetails, 'dir'>): Promise<Recording | undefined> {
  const file = await open(runPathsIn(dir).operations).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, mostBytes));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return parseOperations(bytes.toString('utf8', 0, length));
  } finally {
    await file.close();
  }
}
