/**
 * Outputs outside the repository that a reproduction found as the original had left them, and read instead of making
 * them: what a program downloads, or works out, once. That they are the same shows only that nobody has changed them.
 */
import { isAbsolute } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import type { IngredientSide } from './ingredients/ingredientSide.ts';

/** Their paths. @param now With the paths of the original. */
export function foundOutputs(original: IngredientSide, now: IngredientSide): ReadonlySet<string> {
  const written = new Set((now.result?.outputs ?? []).map(({ path }) => path));
  const read = new Map((now.captured?.inputs ?? []).map(input => [input.path, input]));
  const isFound = ({ path, sha256 }: FileUse): boolean =>
    isAbsolute(path) && !written.has(path) && sha256 !== undefined && read.get(path)?.sha256 === sha256;
  return new Set((original.result?.outputs ?? []).filter(isFound).map(({ path }) => path));
}

/** Caps: one for each. */
export function foundOutputCaps(original: IngredientSide, now: IngredientSide): string[] {
  return [...foundOutputs(original, now)].map(
    path => `${path} was there as the original had left it, and was not made again`,
  );
}
