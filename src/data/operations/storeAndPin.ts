/** The common part of add, commit and import: content into the cache, then pins, `.gitignore` and git's index. */
import { dirname } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import { runGit } from '../../git/runGit.ts';
import { objectText } from '../cache/objectCache.ts';
import { storeOutputs } from '../cache/storeOutputs.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataRepository } from '../dataRepository.ts';
import type { DataTools } from '../dataTools.ts';
import { hashOutputs, type HashedPath } from '../hash/hashOutputs.ts';
import { isFolderObject, sameObject, type ObjectId } from '../objectId.ts';
import { addGitIgnoreLines, removeGitIgnores } from '../pins/gitIgnore.ts';
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
  const toPin: ToPin[] = [];
  for (const [at, target] of targets.entries()) {
    const found = stored[at];
    const object = found === undefined ? undefined : usable(found, prefix, tally);
    if (found !== undefined && object !== undefined) toPin.push({ target, found, object });
  }
  for (let from = 0; from < toPin.length; from += pinsAtOnce) {
    task.signal?.throwIfAborted();
    const portion = toPin.slice(from, from + pinsAtOnce);
    const pinned: ToPin[] = [];
    try {
      await pinPortion(repository, portion, pinned, prefix, tally, importedFrom, task);
    } finally {
      if (!noCommit) await linkToCache(repository, pinned, tools, task);
    }
  }
}

/** Files that all pins of a folder share (`.gitignore`, our record) are written once for so many. */
const pinsAtOnce = 200;

interface ToPin {
  readonly target: AddTarget;
  readonly found: HashedPath;
  readonly object: ObjectId;
}

/** Adds to `pinned` what is; what could not be is a problem, and its line for git is taken back. */
async function pinPortion(
  repository: DataRepository,
  portion: readonly ToPin[],
  pinned: ToPin[],
  prefix: string,
  tally: PinTally,
  importedFrom: StoreRequest['importedFrom'],
  task: DataTask,
): Promise<void> {
  const { ignored, refused } = await ignoreInGit(repository, portion);
  try {
    for (const one of portion) {
      task.signal?.throwIfAborted();
      const { path } = one.target;
      try {
        const refusal = refused.get(path);
        if (refusal !== undefined) throw refusal;
        await pinOne(repository, one, prefix, tally, importedFrom);
        pinned.push(one);
        const ignoreFile = ignored.get(path);
        if (ignoreFile !== undefined) tally.toStage.add(prefix + ignoreFile);
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error;
        tally.problems.push({ path: prefix + path, what: error.message });
      }
    }
  } finally {
    const left = new Set(pinned.map(({ target }) => target.path));
    const toTakeBack = [...ignored.keys()].filter(path => !left.has(path));
    if (toTakeBack.length > 0) await removeGitIgnores(repository, toTakeBack);
  }
}

/** By path: the `.gitignore` that got a line for it, and why none could be written. */
async function ignoreInGit(
  repository: DataRepository,
  portion: readonly ToPin[],
): Promise<{ ignored: ReadonlyMap<string, string>; refused: ReadonlyMap<string, LockstepError> }> {
  const byFolder = new Map<string, string[]>();
  for (const { target } of portion) {
    if (target.pin?.cached === false) continue;
    const folder = dirname(target.path);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), target.path]);
  }
  const ignored = new Map<string, string>();
  const refused = new Map<string, LockstepError>();
  for (const paths of byFolder.values())
    try {
      for (const [path, file] of await addGitIgnoreLines(repository, paths)) ignored.set(path, file);
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      for (const path of paths) refused.set(path, error);
    }
  return { ignored, refused };
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
  { target: { path, pin }, found, object }: ToPin,
  prefix: string,
  tally: PinTally,
  importedFrom: StoreRequest['importedFrom'],
): Promise<void> {
  const folder = isFolderObject(object);
  const written = await writeDvcFile(repository, {
    ...{ path, object, size: found.size, executable: !folder && found.executable },
    ...(pin === undefined ? {} : { pinFile: pin.pinFile }),
    ...(folder ? { files: found.files } : {}),
    ...(importedFrom === undefined ? {} : { importedFrom }),
  });
  if (written.changed) tally.toStage.add(prefix + written.pinFile);
  tally.pinned.push({
    ...{ path: prefix + path, pinFile: prefix + written.pinFile, object: objectText(object), folder },
    ...{ size: found.size, files: found.files },
    change: !written.changed ? 'same' : pin?.object === undefined ? 'new' : 'changed',
  });
}

/** With `cache.type` symlink the paths become links; hard links and clones were made when the content was stored. */
async function linkToCache(
  repository: DataRepository,
  pinned: readonly ToPin[],
  tools: DataTools,
  task: DataTask,
): Promise<void> {
  if (repository.settings.linkTypes[0] !== 'symlink')
    await recordPlaced(
      repository,
      pinned.map(({ target: { path }, object }) => ({ path, object })),
    );
  else
    for (const { target, found, object } of pinned)
      await placeOutput(
        repository,
        { path: target.path, object, executable: found.executable, relink: true, current: found },
        tools,
        task.signal === undefined ? {} : { signal: task.signal },
      );
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
