/** What a run wrote outside its repository, and whether its command can be told to write elsewhere. */
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, parse, resolve } from 'node:path';
import type { RunDetails } from '../../runs/runDetails.ts';
import { isInside, relocatePaths } from './relocatePaths.ts';

export interface OutsideOutputs {
  /** Absolute paths that stand in the command: files that the run wrote, or folders above them. */
  readonly redirect: readonly string[];
  /** Files that a reproduction would write over. */
  readonly fixed: readonly string[];
}

export function outsideOutputs({ plan, result }: RunDetails, argv: readonly string[]): OutsideOutputs {
  const redirect = new Set<string>();
  const fixed: string[] = [];
  if (plan === undefined) return { redirect: [], fixed };
  const cwd = join(plan.root, plan.cwd);
  for (const output of result?.outputs ?? []) {
    if (!isAbsolute(output.path) || isInside(output.path, plan.root) || output.problem === 'missing')
      continue;
    const named = foldersUpFrom(output.path).find(path => argv.some(word => names(word, path)));
    if (named !== undefined) redirect.add(named);
    else if (!argv.some(word => namesRelatively(word, output.path, cwd)) && !isScratch(output.path))
      fixed.push(output.path);
  }
  return { redirect: [...redirect], fixed };
}

/** The path and the folders above it, short of the root of the file system and its children. */
function foldersUpFrom(path: string): string[] {
  const { root } = parse(path);
  const folders: string[] = [];
  for (let folder = path; dirname(folder) !== root && folder !== root; folder = dirname(folder))
    folders.push(folder);
  return folders;
}

function names(word: string, path: string): boolean {
  return word.includes(path) && relocatePaths(word, { from: [path], to: '\0', kept: [] }) !== word;
}

/** `../out`: the layout of the checkout gives it a place of its own. */
function namesRelatively(word: string, path: string, cwd: string): boolean {
  const value = word.replace(/^-{0,2}[\w.-]*=/, '');
  return value.startsWith('..') && isInside(path, resolve(cwd, value));
}

/** Places that programs use as they please and nobody keeps results in. */
function isScratch(path: string): boolean {
  const home = homedir();
  return (
    isInside(path, tmpdir()) ||
    ['/tmp', '/var/tmp', '/dev', '/proc', '/run'].some(folder => isInside(path, folder)) ||
    (isInside(path, home) && path.slice(home.length + 1).startsWith('.'))
  );
}
