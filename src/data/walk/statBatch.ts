/** Asks the system about a batch of paths in a thread. */
import { lstatSync, statSync, type Stats } from 'node:fs';
import { splitPaths, type FileFailure } from '../workers/dataJobs.ts';
import { fileFailure } from '../workers/fileFailure.ts';
import { linkFlag, statWidth, writeStat } from './fileColumns.ts';

export interface StatBatch {
  /** Absolute folder with a slash behind it. */
  readonly root: string;
  readonly paths: string;
}

/** What lies at a path. `link-to-folder` and `broken-link` are symbolic links; a link to a file is a `file` with `linkFlag`. */
export type PathKind = 'none' | 'file' | 'folder' | 'link-to-folder' | 'broken-link' | 'special';
export const pathKinds: readonly PathKind[] = [
  'none',
  'file',
  'folder',
  'link-to-folder',
  'broken-link',
  'special',
];

export interface StatedBatch {
  /** Indexes into `pathKinds`. */
  readonly kinds: Uint8Array;
  /** `statWidth` numbers for each path. */
  readonly stats: Float64Array;
  readonly failures: readonly FileFailure[];
}

export function statBatch({ root, paths: joined }: StatBatch): StatedBatch {
  const paths = splitPaths(joined);
  const kinds = new Uint8Array(paths.length);
  const stats = new Float64Array(paths.length * statWidth);
  const failures: FileFailure[] = [];
  for (const [index, path] of paths.entries())
    try {
      kinds[index] = pathKinds.indexOf(statOne(root + path, stats, index));
    } catch (error) {
      failures.push(fileFailure(index, error));
    }
  return { kinds, stats, failures };
}

/** Writes the numbers of the path, of what it links to where that is a file. Throws the system's errors except that nothing is there. */
export function statOne(path: string, stats: Float64Array, index: number): PathKind {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'none';
  if (!found.isSymbolicLink()) {
    writeStat(stats, index, found);
    return kindOf(found);
  }
  writeStat(stats, index, found, linkFlag);
  let target: Stats | undefined;
  try {
    target = statSync(path, { throwIfNoEntry: false });
  } catch {
    // A loop of links, or a folder on the way that cannot be entered.
    return 'broken-link';
  }
  if (target === undefined) return 'broken-link';
  if (target.isDirectory()) return 'link-to-folder';
  if (!target.isFile()) return 'special';
  writeStat(stats, index, target, linkFlag);
  return 'file';
}

function kindOf(found: Stats): PathKind {
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'folder' : 'special';
}
