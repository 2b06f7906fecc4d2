/** Whether the code of a run can be checked out here: its tree, submodules, commit, and the files that git could not hold. */
import { join, resolve } from 'node:path';
import { bytePathOfRecord, bytePathText } from '../../git/bytePath.ts';
import { readPointerBlobs } from '../../data/lfs/readPointerBlobs.ts';
import type { LfsPointer } from '../../data/lfs/lfsPointer.ts';
import { findRepository, type Repository } from '../../git/findRepository.ts';
import { describeGaps, isLacking } from '../../git/gaps.ts';
import type { GitContext } from '../../git/runGit.ts';
import type { Captured } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Code, Plan, SnapshotGap, SubmoduleSnapshot } from '../../runs/plan.ts';
import { submoduleMend } from '../restore/errors.ts';
import { isObserved } from '../restore/isObserved.ts';
import { fileNow, type ReadingBudget } from './fileNow.ts';
import { lfsLook, type LfsLook } from './lfsLook.ts';
import type { RemoteQuestion } from './lookAtPinned.ts';
import { missingObjects, readSnapshotTree, type SnapshotTree } from './snapshotTree.ts';
import { findSharedSnapshot } from './sharedSnapshot.ts';
import { wholeBytes } from './wholeBytes.ts';

export interface CodeQuestion {
  readonly runId: string;
  readonly code: Code;
  readonly captured: Captured | undefined;
  readonly repository: Repository;
  readonly workspace: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly remote: RemoteQuestion;
  readonly budget: ReadingBudget;
}

export interface CodeLook {
  readonly items: readonly ForecastItem[];
  /** Undefined where it is not here. */
  readonly tree: SnapshotTree | undefined;
  /** Bytes of the checkout. */
  readonly bytes: number;
  /** All of it, or some of what it holds; undefined where it is here, or may be had. */
  readonly missing: 'snapshot' | 'content' | undefined;
  /** Recorded files that the snapshot only lists, which the run read and which are nowhere. */
  readonly missingFiles: readonly string[];
  /** Submodules that are nowhere, and such files where nobody knows what the run read. */
  readonly missingParts: readonly MissingPart[];
  readonly caps: readonly string[];
}

export interface MissingPart {
  readonly path: string;
  readonly reason: string;
  readonly mend?: string | undefined;
}

/** Rejects only when git cannot be asked, or when aborted. */
export async function lookAtCode(question: CodeQuestion): Promise<CodeLook> {
  const { code, repository } = question;
  const task = taskOf(question);
  const tree = await readSnapshotTree(repository, code.tree, task);
  const items: ForecastItem[] = [];
  const own = await snapshotItem(question, tree);
  items.push(own);
  const missingParts: MissingPart[] = [];
  let bytes = tree?.bytes ?? 0;
  for (const submodule of code.submodules) {
    const look = await lookAtSubmodule(repository, submodule, task);
    bytes += look.bytes;
    items.push(look.item);
    const { availability, reason = '', mend } = look.item;
    if (availability === 'gone') missingParts.push({ path: submodule.path, reason, mend });
  }
  const gaps = await lookAtGaps(question, tree);
  return {
    ...{ items: [...items, ...gaps.items], tree, bytes },
    missing: own.availability !== 'gone' ? undefined : tree === undefined ? 'snapshot' : 'content',
    missingFiles: gaps.missing,
    missingParts: [...missingParts, ...gaps.missingParts],
    caps: gaps.caps,
  };
}

/** Of code that was never recorded, or of another repository. */
export function codeUnknownItem({ code }: Plan): ForecastItem[] {
  // What was never recorded is not lost: that it cannot start is a blocker.
  if (code.known === 'unknown')
    return [
      {
        ...{ ingredient: 'code', what: 'code', availability: 'unknown' },
        reason: `it was not recorded: ${code.reason.replace(/\.+$/, '')}`,
      },
    ];
  const reason = 'this folder is not in its repository';
  return [{ ingredient: 'code', what: snapshotText(code.value), availability: 'gone', reason }];
}

function taskOf({
  environment,
  remote,
}: Pick<CodeQuestion, 'environment' | 'remote'>): Pick<GitContext, 'environment' | 'signal'> {
  return { environment, signal: remote.signal };
}

async function snapshotItem(question: CodeQuestion, tree: SnapshotTree | undefined): Promise<ForecastItem> {
  const { code, repository } = question;
  const what = snapshotText(code);
  const common = { ingredient: 'code', what } as const;
  if (tree === undefined || tree.missing.length > 0) {
    const shared = await findSharedSnapshot(question);
    if (shared !== undefined) return { ...common, ...shared };
    return tree === undefined
      ? {
          ...{ ...common, availability: 'gone', reason: 'the repository does not have it any more' },
          mend: 'Fetch it from a clone that still has it.',
        }
      : {
          ...{ ...common, availability: 'gone', reason: `the content of ${some(tree.missing)} is missing` },
          mend: 'Fetch it from a clone that still has it: git fetch --refetch',
        };
  }
  const held = code.gaps.flatMap(gap => gap.blob ?? []);
  const absent = await missingObjects(repository, held, taskOf(question));
  const lost = code.gaps.filter(gap => gap.blob !== undefined && absent.has(gap.blob));
  if (lost.length > 0)
    return {
      ...{ ...common, availability: 'gone', bytes: tree.bytes },
      reason: `the bytes of ${some(lost.map(gap => gap.path))} are missing`,
    };
  return { ...common, availability: 'here', bytes: tree.bytes };
}

async function lookAtSubmodule(
  outer: Repository,
  submodule: SubmoduleSnapshot,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<{ item: ForecastItem; bytes: number }> {
  const common = { ingredient: 'code', what: `submodule ${submodule.path}` } as const;
  const checkedOut = await findRepository(join(outer.root, bytePathText(bytePathOfRecord(submodule))), {});
  // As createPrivateCheckout looks for it.
  const candidates = [
    ...(submodule.gitDir === undefined ? [] : [resolve(outer.commonDir, submodule.gitDir)]),
    ...(checkedOut === undefined ? [] : [checkedOut.commonDir]),
    outer.commonDir,
  ];
  for (const gitDir of new Set(candidates)) {
    const repository = { ...outer, root: gitDir, gitDir, commonDir: gitDir, explicit: true };
    const tree = await readSnapshotTree(repository, submodule.tree, task).catch(() => undefined);
    task.signal?.throwIfAborted();
    if (tree !== undefined && tree.missing.length === 0)
      return { item: { ...common, availability: 'here', bytes: tree.bytes }, bytes: tree.bytes };
  }
  return {
    item: {
      ...{ ...common, availability: 'gone' },
      ...{ reason: 'no repository here has its snapshot any more', mend: submoduleMend(submodule) },
    },
    bytes: 0,
  };
}

export interface GapsLook {
  readonly items: readonly ForecastItem[];
  /** Those that the run read and that are nowhere. */
  readonly missing: readonly string[];
  /** Those of a program that nobody observed. */
  readonly missingParts: readonly MissingPart[];
  readonly caps: readonly string[];
}

/**
 * Files that the snapshot lists and does not hold. Rejects as {@link lookAtCode} does.
 * @param tree May hold no more than the files of the gaps.
 */
export async function lookAtGaps(
  question: Omit<CodeQuestion, 'runId'>,
  tree: SnapshotTree | undefined,
): Promise<GapsLook> {
  const { code, captured, workspace, budget, remote } = question;
  const lacking = code.gaps.filter(gap => isLacking(gap) && isRead(gap, captured));
  const pointers = await pointersOf(question, lacking, tree);
  const items: ForecastItem[] = [];
  const missing: string[] = [];
  const missingParts: MissingPart[] = [];
  const caps: string[] = [];
  const hashes = new Map((captured?.gaps ?? []).map(gap => [gap.path, gap.sha256]));
  const read = new Set((captured?.inputs ?? []).map(input => input.path));
  const inLfs = await lfsLook([...pointers.values()], { ...question, folder: workspace });
  const unsure: SnapshotGap[] = [];
  for (const gap of lacking) {
    const { path, size } = gap;
    const common = {
      ingredient: 'code',
      what: path,
      ...(size === undefined ? {} : { bytes: wholeBytes(size) }),
    } as const;
    const pointer = pointers.get(path);
    const lfs = inLfs.get(pointer?.oid ?? '');
    if (gap.reason === 'nested-repository') {
      unsure.push(gap);
      continue;
    }
    const sha256 = pointer?.oid ?? gap.sha256 ?? hashes.get(path);
    const now = await fileNow(join(workspace, path), { ...gap, sha256 }, budget, remote.signal);
    if (now.state === 'same') items.push({ ...common, availability: 'here', from: 'the workspace' });
    else if (lfs !== undefined && lfs.availability !== 'gone') items.push({ ...common, ...lfsItem(lfs) });
    else if (now.state === 'untold' || now.state === 'unverified') {
      items.push({ ...common, availability: 'unknown', reason: now.reason });
      unsure.push(gap);
    } else {
      unsure.push(gap);
      const nowhere = 'the snapshot only lists it, and it is not here any more';
      const reason = lfs?.reason ?? (now.state === 'changed' ? 'it has changed since the run' : nowhere);
      if (now.state === 'missing' && lfs === undefined && !read.has(path) && isObserved(captured)) {
        items.push({
          ...{ ...common, availability: 'unknown', reason: `${nowhere}; the run was not seen to read it` },
        });
        continue;
      }
      if (now.state === 'missing' && read.has(path)) missing.push(path);
      else if (now.state === 'missing' && !isObserved(captured)) missingParts.push({ path, reason });
      items.push({ ...common, availability: 'gone', reason });
    }
  }
  const inexact = describeGaps(unsure);
  if (inexact !== undefined) caps.push(`inexact snapshot (${inexact})`);
  return { items, missing, missingParts, caps };
}

/** Git LFS pointers in the tree, by path, of files that it holds no more of. */
async function pointersOf(
  question: Omit<CodeQuestion, 'runId'>,
  gaps: readonly SnapshotGap[],
  tree: SnapshotTree | undefined,
): Promise<ReadonlyMap<string, LfsPointer>> {
  const blobs = new Map(
    gaps
      .filter(gap => gap.reason === 'filtered')
      .flatMap(({ path }): [string, string][] => {
        const blob = tree?.entries.get(path)?.blob;
        return blob === undefined ? [] : [[path, blob]];
      }),
  );
  if (blobs.size === 0) return new Map();
  const context = { repository: question.repository, ...taskOf(question) };
  const pointers = await readPointerBlobs(context, new Set(blobs.values()));
  return new Map(
    [...blobs].flatMap(([path, blob]): [string, LfsPointer][] => {
      const pointer = pointers.get(blob);
      return pointer === undefined ? [] : [[path, pointer]];
    }),
  );
}

/** A program that nobody observed may have read anything. */
function isRead({ path, reason }: SnapshotGap, captured: Captured | undefined): boolean {
  if (reason !== 'filtered') return true;
  if (captured === undefined || !isObserved(captured)) return true;
  return captured.inputs.some(input => input.path === path || path.startsWith(`${input.path}/`));
}

function lfsItem({
  availability,
  from,
  reason,
}: LfsLook): Pick<ForecastItem, 'availability' | 'from' | 'reason'> {
  return {
    availability,
    ...(from === undefined ? {} : { from }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** `snapshot of 3f2a91c + 2 files`. */
export function snapshotText({
  head,
  tree,
  changedCount,
}: Pick<Code, 'head' | 'tree' | 'changedCount'>): string {
  const files = changedCount === 1 ? '1 file' : `${changedCount} files`;
  const of = head === undefined ? tree.slice(0, 7) : `of ${head.slice(0, 7)}`;
  return changedCount === 0 ? `snapshot ${of}` : `snapshot ${of} + ${files}`;
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
