/** What a container needs beside the project: for a linked worktree the repository it belongs to, and with it the run records. */
import { isAbsolute, relative, sep } from 'node:path';
import { findRepository } from '../../git/findRepository.ts';

export interface ExtraMount {
  readonly source: string;
  /** The same path inside, because git's files name it. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** Paths of Windows mean nothing in a container: nothing is mounted there. */
export async function extraMounts(root: string, variables: NodeJS.ProcessEnv): Promise<ExtraMount[]> {
  if (process.platform === 'win32') return [];
  const repository = await findRepository(root, variables);
  if (repository === undefined || isBelow(root, repository.commonDir)) return [];
  return [{ source: repository.commonDir, target: repository.commonDir, readOnly: false }];
}

function isBelow(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}
