/**
 * Tells the files that programs only pass to themselves: what was read below a folder for temporary files and is gone
 * after the run was the run's own, and nobody can lack it. W&B passes the port of its service like that, DVC keeps locks.
 */
import { tmpdir } from 'node:os';
import { isAbsolute } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import { isBelow } from './ignoredPaths.ts';

/** Recorded of an input that is no more. */
export const goneProblem = 'gone after the run';

/** @param environment Of the command; absolute paths come out. */
export function temporaryFolders(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  const named = ['TMPDIR', 'TEMP', 'TMP'].flatMap(name => environment[name] ?? []).filter(isAbsolute);
  const trimmed = named.map(path => path.replace(/(?<=.)[/\\]+$/, '')).filter(path => path !== '/');
  return [
    ...new Set([
      ...trimmed,
      tmpdir(),
      '/tmp',
      '/var/tmp',
      '/dev/shm',
      '/private/tmp',
      '/private/var/folders',
    ]),
  ];
}

/**
 * Whether the input was the run's own.
 * @param use As recorded: a path below the project is relative, and is never meant.
 */
export function isOwnTemporary(
  { path, how, problem }: Pick<FileUse, 'path' | 'how' | 'problem'>,
  folders: readonly string[],
): boolean {
  return (
    problem === goneProblem &&
    how !== 'declared' &&
    isAbsolute(path) &&
    folders.some(folder => isBelow(path, folder))
  );
}
