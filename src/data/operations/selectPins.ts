/**
 * Which pins a request means: absolute paths of whatever kind (a pinned path, a folder above some, a file in a pinned
 * folder, a pin file, `dvc.yaml:stage`) become pins of the repositories of a project, and paths for Git LFS.
 */
import { join, relative, sep } from 'node:path';
import { runGit } from '../../git/runGit.ts';
import type { DataRepository } from '../dataRepository.ts';
import { revisionNotFound, revisionWithoutGit } from '../pins/errors.ts';
import { loadPins } from '../pins/loadPins.ts';
import type { PinnedOutput } from '../pinnedOutput.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';
import { pathOutside } from './errors.ts';

export interface SelectedPin {
  readonly pin: PinnedOutput;
  /** Relative to the project's root. */
  readonly path: string;
  /** Only these files of the folder (relative to it; folders mean all below) are meant; all when absent. */
  readonly only?: readonly string[];
}

export interface PinGroup {
  readonly repository: DataRepository;
  /** What stands before paths of the repository to make them paths of the project: empty, or `sub/folder/`. */
  readonly prefix: string;
  /** Sorted by path. */
  readonly pins: readonly SelectedPin[];
}

export interface Selection {
  readonly groups: readonly PinGroup[];
  readonly problems: readonly Problem[];
  /** The paths that were asked for and that no pin of DVC answers, relative to the project's root: Git LFS may. */
  readonly unmatched: readonly string[];
  /** The paths that were asked for, relative to the project's root; absent where everything is meant. */
  readonly asked?: readonly string[];
}

export interface SelectRequest {
  /** Absolute. */
  readonly paths?: readonly string[];
  readonly revision?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with `path-outside` and `revision-not-found`. */
export async function selectPins(project: DataProject, request: SelectRequest): Promise<Selection> {
  const asked = request.paths?.map(path => inProject(project, path));
  const matched = new Set<string>();
  const problems: Problem[] = [];
  const groups: PinGroup[] = [];
  for (const repository of project.repositories) {
    const prefix = prefixOf(project, repository);
    const wanted = asked?.flatMap(path => withinRepository(project, repository, path));
    if (wanted?.length === 0) continue;
    const everything = wanted === undefined || wanted.some(one => one.path === '');
    const set = await loadPins(repository, {
      ...(request.revision === undefined ? {} : { revision: request.revision }),
      ...(everything ? {} : { paths: wanted.map(one => one.path) }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    problems.push(...set.problems.map(problem => problemOf(prefix, problem)));
    const pins: SelectedPin[] = [];
    for (const pin of set.outputs) {
      const path = prefix + pin.path;
      if (wanted === undefined) {
        pins.push({ pin, path });
        continue;
      }
      const meant = wanted.filter(one => concerns(one.path, pin));
      for (const one of meant) matched.add(one.asked);
      if (meant.length === 0) continue;
      const inside = meant.map(one => one.path).filter(one => one.startsWith(`${pin.path}/`));
      const whole = meant.length > inside.length;
      pins.push(
        whole ? { pin, path } : { pin, path, only: inside.map(one => one.slice(pin.path.length + 1)) },
      );
    }
    groups.push({ repository, prefix, pins });
  }
  if (request.revision !== undefined && groups.length === 0) await requireRevision(project, request.revision);
  return {
    groups,
    problems,
    unmatched: asked?.filter(path => !matched.has(path)) ?? [],
    ...(asked === undefined ? {} : { asked }),
  };
}

/** Where no pins were read of it, nobody has seen yet whether there is such a commit. */
async function requireRevision({ git, environment }: DataProject, revision: string): Promise<void> {
  if (git === undefined) throw revisionWithoutGit(revision);
  const { exitCode } = await runGit(
    { repository: git, environment },
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    { tolerant: true },
  );
  if (exitCode !== 0) throw revisionNotFound(revision);
}

/** Relative to the project's root, forward slashes; '' for the root. Throws `path-outside`. */
export function inProject(project: DataProject, path: string): string {
  const inside = relative(project.root, path);
  if (inside === '..' || inside.startsWith(`..${sep}`) || join(project.root, inside) !== join(path))
    throw pathOutside(path, project.root);
  return inside.split(sep).join('/');
}

/** `sub/folder/`, or '' where the data root is the project's. */
export function prefixOf(project: DataProject, repository: DataRepository): string {
  const inside = relative(project.root, repository.root).split(sep).join('/');
  return inside === '' ? '' : `${inside}/`;
}

/** The repository that a path (relative to the project's root) belongs to: the innermost around it. */
export function repositoryOf(project: DataProject, path: string): DataRepository | undefined {
  return project.repositories.findLast(one => {
    const prefix = prefixOf(project, one);
    return prefix === '' || path.startsWith(prefix) || `${path}/` === prefix;
  });
}

/** Whether `file` (relative to a pinned folder) is among those that are meant. */
export function isMeant(only: readonly string[] | undefined, file: string): boolean {
  return only === undefined || only.some(one => one === file || file.startsWith(`${one}/`));
}

interface WantedPath {
  /** Relative to the data root; '' for all of it. */
  readonly path: string;
  readonly asked: string;
}

function withinRepository(project: DataProject, repository: DataRepository, asked: string): WantedPath[] {
  const prefix = prefixOf(project, repository);
  if (asked === '' || `${asked}/` === prefix || prefix.startsWith(`${asked}/`)) return [{ path: '', asked }];
  return repositoryOf(project, asked) === repository ? [{ path: asked.slice(prefix.length), asked }] : [];
}

function concerns(wanted: string, pin: PinnedOutput): boolean {
  return (
    wanted === '' ||
    wanted === pin.path ||
    pin.path.startsWith(`${wanted}/`) ||
    wanted.startsWith(`${pin.path}/`) ||
    wanted === pin.pinFile ||
    (pin.stage !== undefined && wanted === `${pin.pinFile}:${pin.stage}`)
  );
}

/** With the line, and as a path of the project. */
export function problemOf(
  prefix: string,
  { path, line, column, what }: { path: string; line?: number; column?: number; what: string },
): Problem {
  const place = line === undefined ? '' : `line ${line}${column === undefined ? '' : `, column ${column}`}: `;
  return { path: prefix + path, what: place + what };
}
