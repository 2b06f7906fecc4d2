/** The common part of add, commit and import: content into the cache, then pins, `.gitignore` and git's index. */
import { LockstepError } from '../../base/lockstepError.ts';
import { runGit } from '../../git/runGit.ts';
import { objectText } from '../cache/objectCache.ts';
import { storeOutputs } from '../cache/storeOutputs.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hashOutputs, type HashedPath } from '../hash/hashOutputs.ts';
import { isFolderObject, sameObject, type ObjectId } from '../objectId.ts';
import { addGitIgnores, removeGitIgnores } from '../pins/gitIgnore.ts';
import { writeDvcFile, type DvcFileContent } from '../pins/writePin.ts';
import { placeOutput } from '../placing/placeOutput.ts';
import { recordPlaced } from '../placing/recordLinks.ts';
import type { PinnedPath, PinResult } from './addData.ts';
import type { AddTarget } from './checkAddPath.ts';
import type { DataProject } from './dataProject.ts';
import type { Problem } from './dataResult.ts';
import { prefixOf } from './selectPins.ts';
import { isLeftOut, walkProblemText } from './walkProblemText.ts';

export interface PinTally {
  readonly pinned: PinnedPath[];
  readonly toStage: Set<string>;
  readonly notes: Problem[];
  readonly problems: Problem[];
}

export function emptyPinTally(): PinTally {
  return { pinned: [], toStage: new Set(), notes: [], problems: [] };
}

export interface StoreRequest {
  /** Hash only: the cache is left alone. */
  readonly noCommit: boolean;
  readonly importedFrom?: DvcFileContent['importedFrom'];
}

/** Stores `targets` and writes their `.dvc` files; what cannot be stored is a problem of its own. */
export async function storeAndPin(
  project: DataProject,
  repository: DataRepository,
  targets: readonly AddTarget[],
  { noCommit, importedFrom }: StoreRequest,
  tools: DataTools,
  task: DataTask,
  tally: PinTally,
): Promise<void> {
  if (targets.length === 0) return;
  const prefix = prefixOf(project, repository);
  const stored = await storeTargets(repository, targets, noCommit, tools, task);
  for (const [at, target] of targets.entries()) {
    task.signal?.throwIfAborted();
    const found = stored[at];
    if (found === undefined) continue;
    const object = usable(found, prefix, tally);
    if (object === undefined) continue;
    try {
      await pinOne(repository, target, found, object, prefix, tally, importedFrom);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      tally.problems.push({ path: prefix + target.path, what: error.message });
      continue;
    }
    if (!noCommit) await linkToCache(repository, target.path, found, object, tools, task);
  }
}

async function storeTargets(
  repository: DataRepository,
  targets: readonly AddTarget[],
  noCommit: boolean,
  tools: DataTools,
  task: DataTask,
): Promise<readonly HashedPath[]> {
  if (noCommit)
    return hashOutputs(
      repository,
      targets.map(({ path, pin }) => ({ path, ...oldPin(pin) })),
      tools,
      task,
    );
  // As dvc: what an old pin says still holds stays in the old form. Nothing else is read twice.
  const old = targets.flatMap(({ path, pin }) => {
    const { expected } = oldPin(pin);
    return expected === undefined ? [] : [{ path, expected }];
  });
  const looked = await hashOutputs(repository, old, tools, task);
  const unchanged = new Map(
    looked.flatMap((found, at) =>
      sameObject(found.object, old[at]?.expected.object) ? [[found.path, found]] : [],
    ),
  );
  const toStore = targets.map(({ path }) => path).filter(path => !unchanged.has(path));
  const stored = new Map(
    (await storeOutputs(repository, toStore, tools, task)).map(found => [found.path, found]),
  );
  return targets.flatMap(({ path }) => unchanged.get(path) ?? stored.get(path) ?? []);
}

/** What a pin of DVC 2 says, which decides how the path is hashed. */
function oldPin(pin: AddTarget['pin']): { readonly expected?: { readonly object: ObjectId } } {
  return pin?.object?.algorithm === 'md5-dos2unix' ? { expected: { object: pin.object } } : {};
}

/** The object where all of the path could be hashed; else what is wrong becomes problems. */
function usable(found: HashedPath, prefix: string, tally: PinTally): ObjectId | undefined {
  const path = prefix + found.path;
  for (const problem of found.problems) {
    const inside = problem.path === '' ? path : `${path}/${problem.path}`;
    (isLeftOut(problem) ? tally.notes : tally.problems).push({
      path: inside,
      what: walkProblemText(problem),
    });
  }
  if (found.kind === 'missing') tally.problems.push({ path, what: 'is not there' });
  if (found.kind === 'other' && found.problems.length === 0)
    tally.problems.push({ path, what: 'is neither a file nor a folder' });
  const broken = found.problems.some(problem => !isLeftOut(problem));
  return broken ? undefined : found.object;
}

async function pinOne(
  repository: DataRepository,
  { path, pin }: AddTarget,
  found: HashedPath,
  object: ObjectId,
  prefix: string,
  tally: PinTally,
  importedFrom: StoreRequest['importedFrom'],
): Promise<void> {
  const folder = isFolderObject(object);
  const ignored = pin?.cached === false ? [] : await addGitIgnores(repository, [path]);
  try {
    const written = await writeDvcFile(repository, {
      ...{ path, object, size: found.size, executable: !folder && found.executable },
      ...(pin === undefined ? {} : { pinFile: pin.pinFile }),
      ...(folder ? { files: found.files } : {}),
      ...(importedFrom === undefined ? {} : { importedFrom }),
    });
    if (written.changed) tally.toStage.add(prefix + written.pinFile);
    for (const file of ignored) tally.toStage.add(prefix + file);
    tally.pinned.push({
      ...{ path: prefix + path, pinFile: prefix + written.pinFile, object: objectText(object), folder },
      ...{ size: found.size, files: found.files },
      change: !written.changed ? 'same' : pin?.object === undefined ? 'new' : 'changed',
    });
  } catch (error) {
    if (ignored.length > 0) await removeGitIgnores(repository, [path]);
    throw error;
  }
}

/** With `cache.type` symlink the path becomes a link; hard links and clones were made when the content was stored. */
async function linkToCache(
  repository: DataRepository,
  path: string,
  current: HashedPath,
  object: ObjectId,
  tools: DataTools,
  task: DataTask,
): Promise<void> {
  if (repository.settings.linkTypes[0] === 'symlink')
    await placeOutput(
      repository,
      { path, object, executable: current.executable, relink: true, current },
      tools,
      task.signal === undefined ? {} : { signal: task.signal },
    );
  else await recordPlaced(repository, [{ path, object }]);
}

/** Stages where the configuration says so, and sorts. */
export async function pinResult(project: DataProject, tally: PinTally): Promise<PinResult> {
  const { git, repositories, environment } = project;
  const toStage = git === undefined ? [] : [...tally.toStage].sort();
  const staged =
    git !== undefined && toStage.length > 0 && repositories.every(({ settings }) => settings.autostage);
  if (staged)
    await runGit({ repository: git, environment }, [
      'add',
      '--',
      ...toStage.map(path => `:(top,literal)${path}`),
    ]);
  return { pinned: tally.pinned, toStage, staged, notes: tally.notes, problems: tally.problems };
}
