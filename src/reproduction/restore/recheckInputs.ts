/**
 * Looks again, after a reproduction, at the inputs that were verified before it: one that changed meanwhile was perhaps
 * not what the program read. What the program itself was to write is its own.
 */
import { stat } from 'node:fs/promises';
import { hashFile } from '../../git/hashFile.ts';
import type { Captured } from '../../runs/captured.ts';
import type { Result } from '../../runs/result.ts';

/** A file that was verified before the start. */
export interface VerifiedInput {
  /** As the original's record names it. */
  readonly path: string;
  /** Where the reproduction reads it. Absolute. */
  readonly place: string;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Paths of those that are not what they were. What the record of the reproduction hashed after its end is not read a
 * second time. @param nameOf The original's name of a path of the reproduction.
 */
export async function recheckInputs(
  verified: readonly VerifiedInput[],
  { captured, result }: { readonly captured?: Captured | undefined; readonly result?: Result | undefined },
  nameOf: (path: string) => string,
): Promise<string[]> {
  const after = new Map((captured?.inputs ?? []).map(input => [nameOf(input.path), input.sha256]));
  const written = new Set((result?.outputs ?? []).map(output => nameOf(output.path)));
  const changed: string[] = [];
  for (const { path, place, sha256 } of verified) {
    if (written.has(path) || after.get(path) === sha256) continue;
    // What lies in the checkout may have been put away by the program: that was its own copy.
    if ((await stat(place).catch(() => undefined)) === undefined && after.get(path) === undefined) continue;
    if ((await hashFile(place)) !== sha256) changed.push(path);
  }
  return changed;
}
