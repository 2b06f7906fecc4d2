/**
 * Data that a reproduction read from the workspace, by absolute paths in its code or settings: the same file for whoever
 * reads it, so it counts by its content, under the name that it has in the repository.
 */
import { isAbsolute, relative, sep } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import { isInside } from '../restore/relocatePaths.ts';

export interface WorkspaceReads {
  /** All inputs of the reproduction, those of the workspace by their names in the repository. */
  readonly inputs: readonly FileUse[];
  /** Where that is not what the original read: one sentence each, without a full stop. */
  readonly strange: readonly string[];
}

/**
 * @param inputs Of the reproduction, by absolute paths where they are not of its checkout.
 * @param original The original's.
 * @param roots The workspace by every name. Absolute.
 * @param own Places in it, or around it, that are the reproduction's own. Absolute.
 */
export function readInWorkspace(
  inputs: readonly FileUse[],
  original: readonly FileUse[],
  roots: readonly string[],
  own: readonly string[],
): WorkspaceReads {
  const before = new Map(original.map(use => [use.path, use]));
  const strange: string[] = [];
  const named = inputs.map(use => {
    const root = roots.find(one => isInside(use.path, one));
    const isOwn = own.some(folder => isInside(use.path, folder));
    if (!isAbsolute(use.path) || root === undefined || isOwn || use.problem === 'missing') return use;
    // Code of the workspace is an escape, which is told as such.
    if (use.code === true) return use;
    const path = relative(root, use.path).split(sep).join('/');
    const first = before.get(path);
    const same = first?.sha256 !== undefined && first.sha256 === use.sha256;
    if (same)
      return { ...use, path, inWorkspace: true, ...(first.inSnapshot === true ? { inSnapshot: true } : {}) };
    const why =
      first?.sha256 === undefined || use.sha256 === undefined
        ? 'and whether that is what the original read is not known'
        : 'which has changed since';
    strange.push(`the program reads ${path} of the workspace by its absolute path, ${why}`);
    return { ...use, path, inWorkspace: true };
  });
  return { inputs: named, strange };
}
