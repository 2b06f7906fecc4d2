/** The refs that shared runs lie under on a git remote, one a run. Git's own commands neither list nor fetch them unasked. */
import { isRunId } from '../runs/runFolders.ts';

const prefix = 'refs/lockstep/shared/';

/** All of them, as a pattern of `git ls-remote`. */
export const sharedRefs = `${prefix}*`;

/** `refs/lockstep/shared/p9/01J…P9`: sharded, because some hosts keep each ref in a file. */
export function sharedRefOf(runId: string): string {
  return `${prefix}${runId.slice(-2).toLowerCase()}/${runId}`;
}

/** The run that a ref of a remote holds; undefined for every other ref. */
export function runIdOfRef(ref: string): string | undefined {
  const id = ref.slice(ref.lastIndexOf('/') + 1);
  return isRunId(id) && sharedRefOf(id) === ref ? id : undefined;
}
