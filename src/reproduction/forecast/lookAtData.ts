/**
 * What a run read from outside its snapshot, and where that is now: pinned data in cache and remote, everything else in
 * the workspace, as far as size, time and a little reading tell.
 */
import { isAbsolute, join } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import { isOfDvc } from '../../execution/capture/ignoredPaths.ts';
import { isOwnTemporary, temporaryFolders } from '../../execution/capture/temporaryFiles.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { Captured, FileUse } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Plan } from '../../runs/plan.ts';
import type { Result } from '../../runs/result.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runsThatWrote } from '../../runs/runsThatWrote.ts';
import { presentFiles } from '../restore/presentFiles.ts';
import { pinnedSince } from '../restore/pinnedSince.ts';
import { isInside } from '../restore/relocatePaths.ts';
import { goneItem, itemsHere, pinnedItem, withSource } from './dataItems.ts';
import { fileNow, type FileNow, type ReadingBudget } from './fileNow.ts';
import { inBatches } from './inBatches.ts';
import { lookAtEarlier, type EarlierLook, type LostEarlier } from './lookAtEarlier.ts';
import { lookAtPresent } from './lookAtPresent.ts';
import { lookAtPinned, type PinnedLook, type RemoteQuestion } from './lookAtPinned.ts';
import { lookAtPlannedPins } from './plannedPins.ts';
import { snapshotPins } from './snapshotPins.ts';
import type { SnapshotTree } from './snapshotTree.ts';
import { wholeBytes } from './wholeBytes.ts';

export interface DataQuestion {
  readonly plan: Plan;
  /** Absent where only what a plan says is to be looked at. */
  readonly original?: RunDetails | undefined;
  readonly store?: string | undefined;
  /** Inputs that the reproduction is to go on without. */
  readonly without?: readonly string[] | undefined;
  readonly captured: Captured | undefined;
  readonly result: Result | undefined;
  /** Of the snapshot; undefined where it is not here: then its pins are known by the plan alone. */
  readonly tree: SnapshotTree | undefined;
  readonly repository: Repository | undefined;
  readonly workspace: string;
  /** Files there are no inputs. Absolute. */
  readonly environmentFolders: readonly string[];
  /** Gaps of the snapshot are told of with the code. */
  readonly gaps: ReadonlySet<string>;
  readonly environment: NodeJS.ProcessEnv;
  readonly remote: RemoteQuestion;
  readonly budget: ReadingBudget;
  /** What is large is copied, too, because nothing would keep the program from writing through a link. */
  readonly copiesLarge?: boolean | undefined;
  /** Where somebody has looked at the pins already. */
  readonly pinned?: PinnedLooks;
}

export interface DataLook {
  readonly items: readonly ForecastItem[];
  /** Gone though the run read them and did not make them itself: nothing starts without. */
  readonly missing: readonly string[];
  readonly changed: readonly { readonly path: string; readonly sha256?: string | undefined }[];
  /** There, but a reproduction could not tell whether they are the same. */
  readonly unverified: readonly string[];
  /** Read and then written to by the run, and what they held is nowhere. */
  readonly lost: readonly LostEarlier[];
  /** Of folders that the program looked through, in the words of the verdict. */
  readonly presentCaps: readonly string[];
  /** Of what is missing or has changed: id of the run that wrote it. */
  readonly writers: ReadonlyMap<string, string>;
  /** Of what is missing: what the working tree pins by now, and the code of the run did not. */
  readonly pinnedSince: ReadonlySet<string>;
  /** Bytes that a reproduction copies at most. */
  readonly copied: number;
}

/** Rejects only when aborted. */
export async function lookAtData(question: DataQuestion): Promise<DataLook> {
  const all = inputsOf(question);
  const { original, tree } = question;
  const found = (original === undefined ? [] : presentFiles(original)).filter(
    ({ path }) => tree?.entries.has(path) !== true && !question.gaps.has(path),
  );
  const pinned = question.pinned ?? (await pinnedLooks(question, [...all, ...found]));
  const present = await lookAtPresent(question.workspace, found, pinned.looks);
  const isPinned = ({ path }: FileUse): boolean =>
    pinned.looks.some(look => overlap(look.path, path) && !['gone', 'unknown'].includes(look.availability));
  const earlier = await earlierLook(
    question,
    all.filter(input => !isPinned(input)),
  );
  const inputs = all.filter(input => !earlier.paths.has(input.path));
  const items: ForecastItem[] = [...earlier.items, ...present.items];
  const missing: string[] = [];
  const changed: { path: string; sha256?: string | undefined }[] = [];
  const unverified: string[] = [];
  const plain: FileUse[] = [];
  const covered = new Set<string>(present.covered);
  let copied = present.copied;
  const written = new Map((question.result?.outputs ?? []).map(output => [output.path, output]));
  for (const input of inputs) {
    const looks = pinned.looks.filter(look => overlap(look.path, input.path));
    // Where no pin leads to it, a file of the workspace may still be the one.
    if (
      looks.length === 0 ||
      looks.some(look => look.availability === 'gone' || look.availability === 'unknown')
    ) {
      plain.push(input);
      continue;
    }
    for (const look of looks) covered.add(look.path);
    if (input.hashOf === 'listing') unverified.push(input.path);
    if (isCopied(question.plan, written.has(input.path))) copied += wholeBytes(input.size);
  }
  const looked = await inBatches(plain, input => lookAtPlain(question, input, written.get(input.path)));
  const here: { path: string; size: number | undefined }[] = [];
  for (const { input, now } of looked) {
    if (now === undefined) continue;
    const pin = pinned.looks.find(look => overlap(look.path, input.path));
    const size = input.size === undefined ? {} : { bytes: wholeBytes(input.size) };
    if (pin !== undefined && now.state !== 'same') {
      // Gone, changed or untold in the workspace: what cache and remote have is what counts.
      if (pin.availability === 'gone' && now.state === 'missing') missing.push(input.path);
      if (pin.availability === 'gone' && now.state === 'changed')
        changed.push({ path: input.path, sha256: now.sha256 });
      covered.add(pin.path);
      continue;
    }
    switch (now.state) {
      case 'same':
        here.push({ path: input.path, size: input.size });
        if (question.copiesLarge === true || wholeBytes(input.size) <= copyLimit)
          copied += wholeBytes(input.size);
        break;
      case 'missing':
        missing.push(input.path);
        items.push(
          goneItem(input.path, size, 'it is not where the run read it', 'Put it back where it was.'),
        );
        break;
      case 'changed':
        changed.push({ path: input.path, sha256: now.sha256 });
        if (input.how === 'ambiguous') {
          items.push({
            ...{ ingredient: 'data', what: input.path, availability: 'unknown', ...size },
            reason: 'nobody saw whether the run read it, and it has changed since',
          });
          break;
        }
        items.push({
          ...goneItem(
            input.path,
            size,
            'it has changed since the run',
            'Put the recorded content back, or pin data: lockstep data add',
          ),
          availability: 'changed',
        });
        break;
      case 'unverified':
        unverified.push(input.path);
        here.push({ path: input.path, size: input.size });
        break;
      case 'untold':
        items.push({
          ...{ ingredient: 'data', what: input.path, availability: 'unknown', ...size, reason: now.reason },
        });
        break;
    }
  }
  items.push(
    ...pinned.looks
      .filter(look => covered.has(look.path) && !items.some(one => one.what === look.path))
      .map(look => pinnedItem(look)),
  );
  const other = new Set([...missing, ...changed.map(({ path }) => path)]);
  const writers =
    question.store === undefined
      ? new Map<string, string>()
      : await runsThatWrote(
          question.store,
          inputs.filter(({ path }) => other.has(path)),
        );
  const since = await pinnedSince(question.workspace, missing);
  for (const [at, item] of items.entries()) items[at] = withSource(item, writers, since);
  const code = new Set(inputs.filter(one => one.code === true).map(({ path }) => path));
  for (const [at, item] of items.entries())
    if (code.has(item.what)) items[at] = { ...item, ingredient: 'code' };
  const [loaded, read] = [
    here.filter(({ path }) => code.has(path)),
    here.filter(({ path }) => !code.has(path)),
  ];
  items.push(...itemsHere(read), ...itemsHere(loaded, 'code'));
  if (pinned.problem !== undefined)
    items.push({
      ...{ ingredient: 'data', what: 'pinned data', availability: 'unknown', reason: pinned.problem },
    });
  return {
    ...{ items, missing, changed, unverified, writers, lost: earlier.lost },
    ...{ presentCaps: present.caps, pinnedSince: since },
    copied: question.copiesLarge === true ? copied : Math.min(copied, copyLimitTogether),
  };
}

/** As in offerInputs.ts: what is larger is linked where it can be. */
const copyLimit = 64 * 1024 * 1024;
const copyLimitTogether = 2 * 1024 * 1024 * 1024;

/** The inputs that a reproduction must be given, as prepareReproduction.ts chooses them. */
export function inputsOf({
  captured,
  plan,
  environmentFolders,
  gaps,
}: Pick<DataQuestion, 'captured' | 'plan' | 'environmentFolders' | 'gaps'>): FileUse[] {
  const temporary = temporaryFolders();
  return (captured?.inputs ?? []).filter(input => {
    const path = isAbsolute(input.path) ? input.path : join(plan.root, input.path);
    return (
      input.inSnapshot !== true &&
      input.problem !== 'missing' &&
      !gaps.has(input.path) &&
      !isOfDvc(input.path) &&
      !isOwnTemporary(input, temporary) &&
      (isAbsolute(input.path) || isInside(path, plan.root)) &&
      !environmentFolders.some(folder => isInside(path, folder))
    );
  });
}

async function earlierLook(question: DataQuestion, inputs: readonly FileUse[]): Promise<EarlierLook> {
  const { original, store, workspace, environment, remote, without, tree } = question;
  if (original === undefined || store === undefined) return { paths: new Set(), items: [], lost: [] };
  const signal = remote.signal ?? new AbortController().signal;
  // What is part of the snapshot after all the checkout has as it was.
  const own = inputs.filter(({ path }) => tree?.entries.has(path) !== true);
  return lookAtEarlier(own, { original, store, workspace, environment, signal }, without);
}

export interface PinnedLooks {
  readonly looks: readonly PinnedLook[];
  readonly problem?: string;
}

async function pinnedLooks(question: DataQuestion, inputs: readonly FileUse[]): Promise<PinnedLooks> {
  const { repository, tree, plan, workspace, environment, remote } = question;
  if (repository === undefined) return { looks: [] };
  const paths = inputs.filter(one => !isAbsolute(one.path)).map(one => one.path);
  if (paths.length === 0) return { looks: [] };
  try {
    if (tree === undefined)
      return {
        looks: await lookAtPlannedPins({
          ...{ pins: plan.pins ?? [], inputs: paths, workspace, environment, remote },
        }),
      };
    const found = await snapshotPins({
      ...{ workspace, repository, tree, inputs: paths, pins: plan.pins ?? [], environment },
      signal: remote.signal,
    });
    const looks: PinnedLook[] = [];
    for (const one of found) looks.push(...(await lookAtPinned(one.repository, one.pins, remote)));
    return { looks };
  } catch (error) {
    remote.signal?.throwIfAborted();
    return { looks: [], problem: errorText(error) };
  }
}

/** Undefined where it is no matter: made by the run itself, or perhaps another run's. */
async function lookAtPlain(
  { workspace, tree, budget, remote, original }: DataQuestion,
  input: FileUse,
  output: FileUse | undefined,
): Promise<{ input: FileUse; now: FileNow | undefined }> {
  // Part of the snapshot after all.
  if (tree?.entries.has(input.path) === true) return { input, now: undefined };
  // Written first and read later, as the run's own checkpoint is.
  if (output?.sha256 !== undefined && output.sha256 === input.sha256) return { input, now: undefined };
  const path = isAbsolute(input.path) ? input.path : join(workspace, input.path);
  const now = await fileNow(path, input, budget, remote.signal, original?.shared === undefined);
  if (output !== undefined && now.state !== 'same')
    return input.how === 'ambiguous'
      ? { input, now: undefined }
      : { input, now: { state: 'unverified', reason: 'it was overwritten after the run had read it' } };
  if (now.state === 'missing' && input.how === 'ambiguous') return { input, now: undefined };
  return { input, now };
}

/** Data that the run wrote to, or that root could write to through a link, is never linked. */
function isCopied(plan: Plan, isWritten: boolean): boolean {
  return isWritten || plan.environment.container !== undefined || process.getuid?.() === 0;
}

function overlap(pinned: string, input: string): boolean {
  return pinned === input || pinned.startsWith(`${input}/`) || input.startsWith(`${pinned}/`);
}
