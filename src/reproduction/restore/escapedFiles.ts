/** Files of the workspace that a reproduction was seen to read or write: its checkout has others of these names. */
import { isAbsolute } from 'node:path';
import type { Captured, FileUse } from '../../runs/captured.ts';
import type { Result } from '../../runs/result.ts';
import { isInside } from './relocatePaths.ts';

export interface EscapedFilesQuestion {
  readonly captured?: Captured | undefined;
  readonly result?: Result | undefined;
  /** The workspace by every name. Absolute. */
  readonly roots: readonly string[];
  /** Places in it, or around it, that are the reproduction's own: checkout, store, environments, caches. Absolute. */
  readonly own: readonly string[];
}

/** Reasons why the verdict cannot be `identical`. */
export function escapedFileCaps({ captured, result, roots, own }: EscapedFilesQuestion): string[] {
  const escaped = (uses: readonly FileUse[] | undefined): string[] =>
    (uses ?? [])
      .filter(({ path, problem }) => isAbsolute(path) && problem !== 'missing')
      .map(({ path }) => path)
      .filter(
        path => roots.some(root => isInside(path, root)) && !own.some(folder => isInside(path, folder)),
      );
  return [
    ...escaped(captured?.inputs).map(path => `the reproduction read ${path} in the workspace`),
    ...escaped(result?.outputs).map(path => `the reproduction wrote ${path} in the workspace`),
  ];
}
