/** Whose pins a transfer means: those of the working tree, of commits, or of every branch, tag or commit. */
import { runGit } from '../../git/runGit.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';
import { pathNotPinned } from './errors.ts';
import type { PinScope } from './fetchData.ts';
import { selectPins, type PinGroup, type SelectedPin } from './selectPins.ts';
import { transferKey } from '../remotes/transferResult.ts';

export interface Scope {
  /** One group for each repository; a pin that several commits share is there once. */
  readonly groups: readonly PinGroup[];
  readonly problems: readonly Problem[];
  /** Paths for Git LFS, relative to the project's root; undefined means all, empty means none. */
  readonly lfsPaths: readonly string[] | undefined;
}

/** Rejects with `revision-not-found`, and `path-not-pinned` where a path has no pin and cannot be one of Git LFS. */
export async function resolveScope(
  project: DataProject,
  { paths, revisions, every = [] }: PinScope,
  signal?: AbortSignal,
): Promise<Scope> {
  const commits = [...(revisions ?? []), ...(await everyCommit(project, every, signal))];
  const wanted: (string | undefined)[] = revisions === undefined ? [undefined, ...commits] : commits;
  const groups = new Map<string, { group: PinGroup; pins: Map<string, SelectedPin> }>();
  const problems = new Map<string, Problem>();
  let unmatched: ReadonlySet<string> | undefined;
  for (const revision of wanted) {
    const selection = await selectPins(project, {
      ...(paths === undefined ? {} : { paths }),
      ...(revision === undefined ? {} : { revision }),
      signal,
    });
    for (const problem of selection.problems) problems.set(`${problem.path}\0${problem.what}`, problem);
    const before = unmatched;
    unmatched = new Set(selection.unmatched.filter(path => before?.has(path) ?? true));
    for (const group of selection.groups) {
      const { root } = group.repository;
      const known = groups.get(root) ?? { group, pins: new Map<string, SelectedPin>() };
      groups.set(root, known);
      for (const one of group.pins) {
        const object = one.pin.object === undefined ? '' : transferKey(one.pin.object);
        const key = `${one.pin.path}\0${object}\0${one.pin.remote ?? ''}`;
        if (!known.pins.has(key)) known.pins.set(key, one);
      }
    }
  }
  const left = [...(unmatched ?? [])].filter(path => path !== '');
  if (left.length > 0 && project.git === undefined) throw pathNotPinned(left);
  return {
    groups: [...groups.values()].map(({ group, pins }) => ({ ...group, pins: [...pins.values()] })),
    problems: [...problems.values()],
    lfsPaths: paths === undefined || (unmatched?.has('') ?? false) ? undefined : left,
  };
}

async function everyCommit(
  project: DataProject,
  every: NonNullable<PinScope['every']>,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (every.length === 0 || project.git === undefined) return [];
  const flags = every.flatMap(what =>
    what === 'commit' ? ['--all'] : what === 'branch' ? ['--branches', '--remotes'] : ['--tags'],
  );
  const walk = every.includes('commit') ? [] : ['--no-walk'];
  const { stdout } = await runGit({ repository: project.git, environment: project.environment, signal }, [
    'rev-list',
    ...walk,
    ...flags,
  ]);
  return stdout.toString('utf8').split('\n').filter(Boolean);
}
