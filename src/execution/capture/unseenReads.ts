/** Inputs that nobody saw being read, and that were most likely: started, named to the command, or found open. */
import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { isBelow } from './ignoredPaths.ts';
import { namedFiles } from './namedFiles.ts';
import type { Seen, SeenRead } from './readSeen.ts';

export interface UnseenReadsQuestion {
  readonly root: string;
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly seen: Seen;
  /** Below the root, as each was when it was found open. */
  readonly opened: readonly SeenRead[];
  /** Inputs, outputs, and what changed meanwhile. Absolute. */
  readonly known: ReadonlySet<string>;
  readonly ignored: (path: string) => boolean;
  /** Of a path relative to the root, forward slashes. */
  readonly isInSnapshot: (path: string) => boolean;
  /** Milliseconds since the epoch: what is younger was made by the run, or beside it. */
  readonly startedAt: number;
}

export interface UnseenRead extends SeenRead {
  /** `likely`: it was open, or started. `ambiguous`: it was only named. */
  readonly how: 'likely' | 'ambiguous';
  /** It is a program that ran. */
  readonly code?: true;
}

/** Files below the root that no snapshot holds. Never rejects. */
export async function unseenReads(question: UnseenReadsQuestion): Promise<UnseenRead[]> {
  const { root, cwd, argv, seen, opened, known, ignored, isInSnapshot, startedAt } = question;
  const own = new Set([...known, ...seen.writes, ...seen.reads.map(({ path }) => path)]);
  const isOpen = ({ path, modifiedAt }: SeenRead): boolean =>
    !own.has(path) &&
    !ignored(path) &&
    modifiedAt < startedAt &&
    isBelow(path, root) &&
    !isInSnapshot(relative(root, path).split(sep).join('/'));
  const found: UnseenRead[] = opened.filter(isOpen).map(read => ({ ...read, how: 'likely' }));
  // What another program is to be found by in PATH is no part of the project.
  const started = (seen.children ?? []).filter(({ program }) => program.includes('/'));
  for (const path of new Set(started.map(({ program }) => resolve(cwd, program)))) {
    const now = await stat(path).catch(() => undefined);
    if (now?.isFile() !== true || found.some(one => one.path === path)) continue;
    const read = { path, size: now.size, modifiedAt: now.mtimeMs };
    if (isOpen(read)) found.push({ ...read, how: 'likely', code: true });
  }
  const reads = seen.reads.map(({ path }) => path);
  const program = argv[0]?.includes('/') === true ? resolve(cwd, argv[0]) : undefined;
  const sources = (seen.loads ?? []).map(({ path }) => path).filter(path => isBelow(path, root));
  for (const path of await namedFiles({ argv, cwd, root, reads, sources, packages: seen.packages ?? [] })) {
    const now = await stat(path).catch(() => undefined);
    if (now === undefined || found.some(one => one.path === path)) continue;
    const read = { path, size: now.size, modifiedAt: now.mtimeMs };
    if (isOpen(read)) found.push({ ...read, how: 'ambiguous', ...(path === program ? { code: true } : {}) });
  }
  return found;
}
