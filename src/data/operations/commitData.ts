/** `lockstep data commit`: the pins name what the working tree holds now, as `dvc commit` does; also of stages. */
import { LockstepError } from '../../base/lockstepError.ts';
import { objectText } from '../cache/objectCache.ts';
import { storeOutputs } from '../cache/storeOutputs.ts';
import type { DataTask } from '../dataProgress.ts';
import type { DataTools } from '../dataTools.ts';
import type { HashedPath } from '../hash/hashOutputs.ts';
import { withDvcLock } from '../locks/withDvcLock.ts';
import { isFolderObject } from '../objectId.ts';
import { writeLock, type LockedOutput } from '../pins/writeLock.ts';
import type { PinResult } from './addData.ts';
import { compareListings } from './compareListings.ts';
import type { DataProject } from './dataProject.ts';
import { pathNotPinned } from './errors.ts';
import { lackingInCache, lookAtPins, type LookedAtPin } from './lookAtPins.ts';
import { selectPins, type PinGroup } from './selectPins.ts';
import { chosenInside, isChosen, meantFiles, readSparseChoice } from './sparseChoice.ts';
import { emptyPinTally, pinResult, storeAndPin, type PinTally } from './storeAndPin.ts';
import { withTools } from './withTools.ts';

export interface CommitRequest {
  /** Absolute pinned paths or folders above them; every pin when absent. */
  readonly paths?: readonly string[];
}

/** Rejects with `path-not-pinned` and `data-locked` before anything is changed. */
export async function commitData(
  project: DataProject,
  { paths }: CommitRequest,
  task: DataTask,
): Promise<PinResult> {
  const selection = await selectPins(project, {
    ...(paths === undefined ? {} : { paths }),
    signal: task.signal,
  });
  const unmatched = selection.unmatched.filter(path => path !== '');
  if (unmatched.length > 0) throw pathNotPinned(unmatched);
  const tally = emptyPinTally();
  tally.problems.push(...selection.problems);
  for (const group of selection.groups)
    await withDvcLock(group.repository, task, () =>
      withTools(group.repository, tools =>
        commitGroup(project, group, { tools, task, tally, byName: paths !== undefined }),
      ),
    );
  return pinResult(project, tally);
}

interface CommitParts {
  readonly tools: DataTools;
  readonly task: DataTask;
  readonly tally: PinTally;
  /** Paths were named: what happens to each of them is told. */
  readonly byName: boolean;
}

async function commitGroup(
  project: DataProject,
  group: PinGroup,
  { tools, task, tally, byName }: CommitParts,
): Promise<void> {
  const { repository, prefix } = group;
  const choice = await readSparseChoice(repository);
  if (byName)
    for (const { pin } of group.pins)
      if (!isChosen(choice, pin.path))
        tally.notes.push({ path: prefix + pin.path, what: 'is left out in this clone; its pin stays' });
  const chosen = group.pins.filter(({ pin }) => isChosen(choice, pin.path) && pin.overlaps !== true);
  const looked = await lookAtPins(repository, chosen, tools, task);
  const presence = await tools.cache.presence();
  const changed = looked.filter(one => {
    const part = chosenInside(choice, one.pin.path);
    if (part !== undefined) {
      if (differsInPart(one, part)) tally.problems.push({ path: one.path, what: onlyAPart });
      return false;
    }
    if (one.current.kind === 'missing') {
      if (one.pin.object !== undefined)
        tally.notes.push({ path: one.path, what: 'is not in the working tree; its pin stays' });
      return false;
    }
    return !one.equal || lackingInCache(one, presence) !== undefined;
  });
  const versioned = changed.filter(({ pin }) => pin.cloudFiles !== undefined);
  for (const { path } of versioned)
    tally.problems.push({ path, what: 'its remote keeps versions by path, which only dvc commit writes' });
  const plain = changed.filter(({ pin }) => pin.cloudFiles === undefined);
  const single = plain.filter(({ pin }) => pin.stage === undefined);
  for (const cached of [true, false])
    await storeAndPin(
      project,
      repository,
      single.filter(({ pin }) => pin.cached === cached).map(({ pin }) => ({ path: pin.path, pin })),
      { noCommit: !cached },
      tools,
      task,
      tally,
    );
  await commitStages(
    group,
    plain.filter(({ pin }) => pin.stage !== undefined),
    tools,
    task,
    tally,
  );
}

/** What is not placed here would be missing in the new pin. */
export const onlyAPart =
  'only a part of it is chosen in this clone; place all of it before it is pinned again: lockstep data checkout --all';

function differsInPart({ equal, listing, current }: LookedAtPin, part: readonly string[]): boolean {
  if (equal || current.kind === 'missing') return false;
  const wanted = meantFiles(listing, part);
  if (wanted === undefined || current.kind !== 'folder') return true;
  return compareListings(wanted, current.listing()).next().done !== true;
}

async function commitStages(
  { repository, prefix }: PinGroup,
  outputs: readonly LookedAtPin[],
  tools: DataTools,
  task: DataTask,
  tally: PinTally,
): Promise<void> {
  const kept = outputs.filter(({ pin }) => pin.cached);
  const stored = await storeOutputs(
    repository,
    kept.map(({ pin }) => pin.path),
    tools,
    task,
  );
  const byPath = new Map(stored.map(one => [one.path, one]));
  const stages = new Map<string, LookedAtPin[]>();
  for (const one of outputs) {
    const stage = `${one.pin.pinFile}\0${one.pin.stage ?? ''}`;
    stages.set(stage, [...(stages.get(stage) ?? []), one]);
  }
  for (const members of stages.values()) {
    const [first] = members;
    if (first?.pin.stage === undefined) continue;
    const { pinFile, stage } = first.pin;
    const found = members.map(one => ({ ...one, now: byPath.get(one.pin.path) ?? one.current }));
    const locked = found.flatMap(({ pin, now }) => lockedOutput(pin.path, now));
    try {
      const written = await writeLock(repository, { pinFile, stage, outputs: locked });
      if (written.changed) tally.toStage.add(prefix + written.pinFile);
      for (const { pin, path, now } of found)
        if (now.object !== undefined)
          tally.pinned.push({
            ...{ path, pinFile: prefix + pinFile, stage, object: objectText(now.object) },
            ...{ folder: isFolderObject(now.object), size: now.size, files: now.files },
            change: !written.changed ? 'same' : pin.object === undefined ? 'new' : 'changed',
          });
        else tally.problems.push({ path, what: 'could not be hashed' });
    } catch (error) {
      if (!(error instanceof LockstepError)) throw error;
      tally.problems.push({ path: first.path, what: error.message });
    }
  }
}

function lockedOutput(path: string, now: HashedPath): LockedOutput[] {
  const { object, size, files, executable } = now;
  if (object === undefined) return [];
  return isFolderObject(object) ? [{ path, object, size, files }] : [{ path, object, size, executable }];
}
