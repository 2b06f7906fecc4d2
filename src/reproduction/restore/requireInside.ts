/** Relative paths of a record lead nowhere but into the repository: records travel, and one may be made to do harm. */
import { isAbsolute, join, resolve } from 'node:path';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { recordLeavesRepository } from './errors.ts';
import { isInside } from './relocatePaths.ts';

/** Throws `record-leaves-repository`. */
export function requireInside({ captured, result }: RunDetails, plan: Plan): void {
  const root = resolve(plan.root);
  if (root !== plan.root) throw recordLeavesRepository(plan.root);
  const paths = [
    plan.cwd,
    ...plan.declaredOutputs,
    ...(captured?.inputs ?? []).map(input => input.path),
    ...(result?.outputs ?? []).map(output => output.path),
  ];
  for (const path of paths)
    if (!isAbsolute(path) && !isInside(join(root, path), root)) throw recordLeavesRepository(path);
}
