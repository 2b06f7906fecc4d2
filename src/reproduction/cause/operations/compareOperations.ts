/** The first operation of two recordings that computes something else. */
import { isAbsolute, relative, sep } from 'node:path';
import type { DifferingOperation } from '../../../runs/verdict.ts';
import { isInside } from '../../restore/relocatePaths.ts';
import type { Operation } from './parseOperations.ts';

/**
 * Undefined where all that both recorded is equal: the one that goes on longer computes nothing else by that.
 * @param roots Where the repository stood in the second run: its files are named relative to it.
 */
export function compareOperations(
  original: readonly Operation[],
  other: readonly Operation[],
  roots: readonly string[],
): DifferingOperation | undefined {
  const length = Math.min(original.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const [before, now] = [original[index], other[index]];
    if (before === undefined || now === undefined || isEqual(before, now)) continue;
    const file = now.file === undefined ? undefined : relativeFile(now.file, roots);
    return {
      name: now.name,
      ...(before.name === now.name ? {} : { instead: before.name }),
      ...(file === undefined ? {} : { file }),
      ...(now.line === undefined ? {} : { line: now.line }),
      ...(hasSteps(original) || hasSteps(other) ? { afterSteps: now.steps ?? 0 } : {}),
      index,
    };
  }
  return undefined;
}

/** A program without an optimizer counts nothing. */
function hasSteps(operations: readonly Operation[]): boolean {
  return operations.some(({ steps = 0 }) => steps > 0);
}

function isEqual(one: Operation, other: Operation): boolean {
  return (
    one.name === other.name &&
    one.hashes.length === other.hashes.length &&
    one.hashes.every((hash, at) => hash === other.hashes[at])
  );
}

function relativeFile(file: string, roots: readonly string[]): string {
  const root = roots.find(one => isAbsolute(file) && isInside(file, one));
  return root === undefined ? file : relative(root, file).split(sep).join('/');
}
