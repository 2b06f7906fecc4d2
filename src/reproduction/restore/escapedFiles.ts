/** Files of the workspace that a reproduction was seen to write: its checkout has others of these names. */
import { isAbsolute } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import { wasWritten } from '../../runs/wasWritten.ts';
import { isInside } from './relocatePaths.ts';

export interface WorkspacePlaces {
  /** The workspace by every name. Absolute. */
  readonly roots: readonly string[];
  /** Places in it, or around it, that are the reproduction's own: checkout, store, environments, caches. Absolute. */
  readonly own: readonly string[];
}

/** Absolute. */
export function escapedOutputs(outputs: readonly FileUse[], { roots, own }: WorkspacePlaces): string[] {
  return outputs
    .filter(output => isAbsolute(output.path) && wasWritten(output))
    .map(({ path }) => path)
    .filter(path => roots.some(root => isInside(path, root)) && !own.some(folder => isInside(path, folder)));
}
