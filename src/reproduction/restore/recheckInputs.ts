/**
 * Looks again, after a reproduction, at the inputs that were verified before it: one that changed meanwhile was perhaps
 * not what the program read. What the program itself was to write is its own.
 */
import { stat } from 'node:fs/promises';
import { hashFile } from '../../git/hashFile.ts';
import type { Captured } from '../../runs/captured.ts';
import { isOtherFile } from './isOtherFile.ts';
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
 * Paths of those that are not what they were. What the record of the reproduction hashed, and has the same size and time
 * still, is not read a second time. @param nameOf The original's name of a path of the reproduction.
 */
export async function recheckInputs(
  verified: readonly VerifiedInput[],
  { captured, result }: { readonly captured?: Captured | undefined; readonly result?: Result | undefined },
  nameOf: (path: string) => string,
): Promise<string[]> {
  const after = new Map((captured?.inputs ?? []).map(input => [nameOf(input.path), input]));
  const written = new Set((result?.outputs ?? []).map(output => nameOf(output.path)));
  const changed: string[] = [];
  for (const { path, place, sha256 } of verified) {
    if (written.has(path)) continue;
    const use = after.get(path);
    const found = await stat(place).catch(() => undefined);
    if (use?.sha256 === sha256 && found !== undefined && !isOtherFile(use, found)) continue;
    // What lies in the checkout may have been put away by the program: that was its own copy.
    if (found === undefined && use?.sha256 === undefined) continue;
    if ((await hashFile(place)) !== sha256) changed.push(path);
  }
  return changed;
}
