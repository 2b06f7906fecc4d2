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
import { isInside } from '../restore/relocatePaths.ts';
import { fileNow, type FileNow, type ReadingBudget } from './fileNow.ts';
import { lookAtPinned, type PinnedLook, type RemoteQuestion } from './lookAtPinned.ts';
import { snapshotPins } from './snapshotPins.ts';
import type { SnapshotTree } from './snapshotTree.ts';
import { sumBytes, wholeBytes } from './wholeBytes.ts';

export interface DataQuestion {
  readonly plan: Plan;
  readonly captured: Captured | undefined;
  readonly result: Result | undefined;
  /** Of the snapshot; undefined where it is not here, and then no pin of it is known. */
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
}

export interface DataLook {
  readonly items: readonly ForecastItem[];
  /** Gone though the run read them and did not make them itself: nothing starts without. */
  readonly missing: readonly string[];
  readonly changed: readonly { readonly path: string; readonly sha256?: string | undefined }[];
  /** There, but a reproduction could not tell whether they are the same. */
  readonly unverified: readonly string[];
  /** Bytes that a reproduction copies at most. */
  readonly copied: number;
}

/** Rejects only when aborted. */
export async function lookAtData(question: DataQuestion): Promise<DataLook> {
  const inputs = inputsOf(question);
  const pinned = await pinnedLooks(question, inputs);
  const items: ForecastItem[] = [];
  const missing: string[] = [];
  const changed: { path: string; sha256?: string | undefined }[] = [];
  const unverified: string[] = [];
  const plain: FileUse[] = [];
  const covered = new Set<string>();
  let copied = 0;
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
        copied += wholeBytes(input.size) <= copyLimit ? wholeBytes(input.size) : 0;
        break;
      case 'missing':
        missing.push(input.path);
        items.push(gone(input.path, size, 'it is not where the run read it', 'Put it back where it was.'));
        break;
      case 'changed':
        changed.push({ path: input.path, sha256: now.sha256 });
        items.push({
          ...gone(
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
      .map(look => itemOf(look)),
  );
  items.push(...grouped(here));
  if (pinned.problem !== undefined)
    items.push({
      ...{ ingredient: 'data', what: 'pinned data', availability: 'unknown', reason: pinned.problem },
    });
  return { items, missing, changed, unverified, copied: Math.min(copied, copyLimitTogether) };
}

/** As in offerInputs.ts: what is larger is linked. */
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

interface PinnedLooks {
  readonly looks: readonly PinnedLook[];
  readonly problem?: string;
}

async function pinnedLooks(question: DataQuestion, inputs: readonly FileUse[]): Promise<PinnedLooks> {
  const { repository, tree, plan, workspace, environment, remote } = question;
  if (repository === undefined || tree === undefined) return { looks: [] };
  const paths = inputs.filter(one => !isAbsolute(one.path)).map(one => one.path);
  if (paths.length === 0) return { looks: [] };
  try {
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
  { workspace, tree, budget, remote }: DataQuestion,
  input: FileUse,
  output: FileUse | undefined,
): Promise<{ input: FileUse; now: FileNow | undefined }> {
  // Part of the snapshot after all.
  if (tree?.entries.has(input.path) === true) return { input, now: undefined };
  // Written first and read later, as the run's own checkpoint is.
  if (output?.sha256 !== undefined && output.sha256 === input.sha256) return { input, now: undefined };
  const path = isAbsolute(input.path) ? input.path : join(workspace, input.path);
  const now = await fileNow(path, input, budget, remote.signal);
  if (output !== undefined && now.state !== 'same')
    return input.how === 'ambiguous'
      ? { input, now: undefined }
      : { input, now: { state: 'unverified', reason: 'the run wrote over it after it had read it' } };
  if (now.state === 'missing' && input.how === 'ambiguous') return { input, now: undefined };
  return { input, now };
}

const atOnce = 32;

async function inBatches<T, R>(items: readonly T[], look: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    results.push(...(await Promise.all(items.slice(at, at + atOnce).map(look))));
  return results;
}

function itemOf({ path, availability, bytes, from, reason }: PinnedLook, what = path): ForecastItem {
  return {
    ...{ ingredient: 'data', what, availability },
    ...(bytes === undefined ? {} : { bytes }),
    ...(from === undefined ? {} : { from }),
    ...(reason === undefined || availability === 'here' ? {} : { reason }),
    ...(availability === 'gone'
      ? { mend: 'Have it pushed from a machine that has it: lockstep data push' }
      : availability === 'unknown'
        ? { mend: `Ask for it: lockstep data fetch ${what}` }
        : {}),
  };
}

function gone(what: string, size: { bytes?: number }, reason: string, mend: string): ForecastItem {
  return { ingredient: 'data', what, availability: 'gone', ...size, reason, mend };
}

const shownAlone = 6;

/** Many files that are simply there are one line. */
function grouped(files: readonly { path: string; size: number | undefined }[]): ForecastItem[] {
  const common = { ingredient: 'data', availability: 'here', from: 'the workspace' } as const;
  if (files.length <= shownAlone)
    return files.map(({ path, size }) => ({
      ...common,
      what: path,
      ...(size === undefined ? {} : { bytes: wholeBytes(size) }),
    }));
  return [{ ...common, what: `${files.length} files`, bytes: sumBytes(files.map(one => one.size)) }];
}

/** Data that the run wrote to, or that root could write to through a link, is never linked. */
function isCopied(plan: Plan, isWritten: boolean): boolean {
  return isWritten || plan.environment.container !== undefined || process.getuid?.() === 0;
}

function overlap(pinned: string, input: string): boolean {
  return pinned === input || pinned.startsWith(`${input}/`) || input.startsWith(`${pinned}/`);
}
