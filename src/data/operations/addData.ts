/**
 * `lockstep data add`: pins files and folders, as `dvc add` does. Their content is in the cache and verified before a
 * pin file names it; a path is replaced by a link to the cache only when its content is safe there.
 */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { withDvcLock } from '../locks/withDvcLock.ts';
import { isFolderObject } from '../objectId.ts';
import { loadPins } from '../pins/loadPins.ts';
import { checkAddPath, trackedByGit, type AddTarget } from './checkAddPath.ts';
import { onlyAPart } from './commitData.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';
import { ensureDataRepository } from './ensureDataRepository.ts';
import { nothingToPin } from './errors.ts';
import { emptyPinTally, pinResult, storeAndPin, type PinTally } from './storeAndPin.ts';
import { inProject, prefixOf, repositoryOf } from './selectPins.ts';
import { chosenInside, readSparseChoice, type SparseChoice } from './sparseChoice.ts';
import { withTools } from './withTools.ts';

export interface AddRequest {
  /** Absolute: files, folders, or paths inside a pinned folder (which pins that folder again). */
  readonly paths: readonly string[];
  /** Write pins, but leave the cache alone (`dvc add --no-commit`). */
  readonly noCommit?: boolean;
  /**
   * Where there is no DVC repository yet: begin one, as `dvc init` does. When absent, only where Git LFS is not used
   * either.
   */
  readonly initialise?: boolean;
}

export interface PinnedPath {
  /** Relative to the project's root. */
  readonly path: string;
  readonly pinFile: string;
  readonly stage?: string;
  readonly object: string;
  readonly folder: boolean;
  readonly size: number;
  readonly files: number;
  /** `new`: was not pinned. `changed`: names other content now. `same`: nothing was to be done. */
  readonly change: 'new' | 'changed' | 'same';
}

export interface PinResult {
  readonly pinned: readonly PinnedPath[];
  /** The root of the DVC repository that was begun, relative to the project's root (`.` for the root). */
  readonly initialised?: string;
  /** Files that belong into the next git commit: pin files, `.gitignore`, `.dvc/config`; relative to the project's root. */
  readonly toStage: readonly string[];
  /** Whether they were staged (`core.autostage`). */
  readonly staged: boolean;
  /** What was left out, and why: links to folders, sockets. */
  readonly notes: readonly Problem[];
  /** Pins that could not be made or written. */
  readonly problems: readonly Problem[];
}

/** Rejects with `nothing-to-pin`, `data-not-begun`, `path-outside` and `data-locked` before anything is changed. */
export async function addData(given: DataProject, request: AddRequest, task: DataTask): Promise<PinResult> {
  const asked = request.paths.map(path => inProject(given, path));
  // A slip of the keyboard is no reason to begin a repository.
  if (!(await someExist(request.paths))) throw nothingToPin(asked);
  const { project, initialised } = await ensureDataRepository(given, asked, request.initialise);
  const tally = emptyPinTally();
  for (const repository of project.repositories) {
    const paths = asked.filter(path => repositoryOf(project, path) === repository);
    if (paths.length === 0) continue;
    await withDvcLock(repository, task, () =>
      withTools(repository, tools =>
        addToRepository(project, repository, paths, request, tools, task, tally),
      ),
    );
  }
  const result = await pinResult(project, tally);
  return initialised === undefined ? result : { ...result, initialised };
}

async function someExist(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(
    paths.map(path =>
      lstat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

async function addToRepository(
  project: DataProject,
  repository: DataRepository,
  paths: readonly string[],
  { noCommit }: AddRequest,
  tools: DataTools,
  task: DataTask,
  tally: PinTally,
): Promise<void> {
  const prefix = prefixOf(project, repository);
  const { outputs, problems } = await loadPins(repository);
  // As in dvc, a pin that cannot be read may be the one that owns the path.
  for (const problem of problems) tally.problems.push({ path: prefix + problem.path, what: problem.what });
  const tracked = await trackedByGit(project, paths);
  const choice = await readSparseChoice(repository);
  const targets = new Map<string, AddTarget>();
  for (const path of paths) {
    const target = await checkAddPath(repository, path.slice(prefix.length), outputs, tools);
    if (typeof target === 'string') tally.problems.push({ path, what: target });
    else if (await mayBeAPart(repository, target, choice)) tally.problems.push({ path, what: onlyAPart });
    else if (target.pin === undefined && tracked.has(path))
      tally.problems.push({
        path,
        what: `git keeps it already; to pin it instead: git rm -r --cached ${path}`,
      });
    else targets.set(target.path, target);
  }
  const all = [...targets.values()];
  const whole = all.filter(({ path }) => {
    const outer = all.find(other => path.startsWith(`${other.path}/`));
    if (outer !== undefined)
      tally.problems.push({ path: prefix + path, what: `lies in ${outer.path}, which is pinned with it` });
    return outer === undefined;
  });
  await storeAndPin(project, repository, whole, { noCommit: noCommit === true }, tools, task, tally);
}

/** Of a folder that this clone does not want whole; a file is there whole or not at all. */
async function mayBeAPart(
  { root }: DataRepository,
  { path, pin }: AddTarget,
  choice: SparseChoice,
): Promise<boolean> {
  if (pin?.object === undefined || !isFolderObject(pin.object)) return false;
  if (chosenInside(choice, path) === undefined) return false;
  const found = await lstat(join(root, path)).catch(() => undefined);
  return found?.isDirectory() === true;
}
