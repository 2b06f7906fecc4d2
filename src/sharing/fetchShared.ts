/**
 * Brings the runs that others shared into the store: records only, unless their code is asked for. Each is checked before
 * it is moved into place, and a bad one costs itself alone. Nothing of it runs: that takes a person's yes.
 */
import { readFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { LockstepError } from '../base/lockstepError.ts';
import { findRepository, type Repository } from '../git/findRepository.ts';
import { announceChange } from '../runs/changes.ts';
import { storePaths, runPaths, type StorePath } from '../runs/runPaths.ts';
import { sharedRecordSchema } from '../runs/sharedRecord.ts';
import { listTrash } from '../runs/trash.ts';
import { notInGit, sharedNotFound } from './errors.ts';
import { bringSnapshot } from './record/bringCommit.ts';
import { checkRecord } from './record/checkRecord.ts';
import { RecordProblem } from './record/recordProblem.ts';
import { fetchRecords, type FetchedRecords } from './record/fetchRecords.ts';
import { neutralOf } from './record/machineName.ts';
import { originOf, placeRecord } from './record/placeRecord.ts';
import { readCommit } from './record/readCommit.ts';
import { sweepUnplaced } from './record/sweepFolders.ts';
import { unnamed } from './record/writeRecordCommit.ts';
import { personContext } from './record/sharedRepository.ts';
import { chooseRemote, type GitRemote } from './remote/gitRemote.ts';
import { readRemoteRefs } from './remote/remoteRefs.ts';
import type { ShareTask } from './shareTask.ts';

export interface FetchSharedRequest {
  readonly store: StorePath;
  /** Any folder of the working tree. */
  readonly root: string;
  readonly remote?: string | undefined;
  /** Ids, or unique parts of them of at least four characters; all shared runs when absent. */
  readonly runs?: readonly string[];
  /** The code as well, so that they can be reproduced without the remote. */
  readonly full?: boolean;
}

export interface FetchedRun {
  readonly id: string;
  /** `own`: it was recorded here, and got the verdicts of others. */
  readonly how: 'new' | 'updated' | 'own';
  /** Who shared it first. */
  readonly sharedBy?: string;
  /** That were not here before. */
  readonly verdicts: number;
}

export interface FetchSharedOutcome {
  readonly remote: string;
  /** Without credentials. */
  readonly url: string;
  readonly fetched: readonly FetchedRun[];
  /** What was already here just so. */
  readonly unchanged: number;
  readonly refused: readonly { readonly id: string; readonly why: string }[];
}

/** Rejects with `shared-run-not-found` for one that was asked for, and with `remote-failed` and its like. */
export async function fetchShared(request: FetchSharedRequest, task: ShareTask): Promise<FetchSharedOutcome> {
  const repository = await findRepository(request.root, task.environment);
  if (repository === undefined) throw notInGit();
  const remote = await chooseRemote(personContext(repository, task), request.remote);
  return fetchFrom(repository, remote, request, task);
}

/** The same with what is already known. */
export async function fetchFrom(
  repository: Repository,
  remote: GitRemote,
  request: FetchSharedRequest,
  task: ShareTask,
): Promise<FetchSharedOutcome> {
  const { store } = request;
  const { runs } = await readRemoteRefs(repository, remote, 'shared', task);
  const wanted = chosenIds([...runs.keys()], request.runs, remote);
  const seen = await readSeen(store);
  const trashed = new Set((await listTrash(store)).map(({ id }) => id));
  const refused: { id: string; why: string }[] = [];
  const due: string[] = [];
  for (const id of wanted) {
    const commit = runs.get(id) ?? '';
    if (trashed.has(id) && request.runs === undefined) continue;
    if (trashed.has(id))
      refused.push({ id, why: 'it was removed here; lockstep remove --undo brings it back' });
    else if ((await commitHere(store, id)) !== commit && seen[id] !== commit) due.push(id);
  }
  const unchanged = wanted.length - due.length - refused.length;
  const fetched: FetchedRun[] = [];
  await sweepUnplaced(storePaths(store).runs);
  if (due.length > 0) {
    await using records = await fetchRecords({ repository, store }, remote, due, task);
    for (const [id, why] of records.failures) refused.push({ id, why });
    for (const id of records.ids) {
      const from = { remote, commit: runs.get(id) ?? '', others: runs };
      const outcome = await takeOne(records, id, from, store, task);
      if ('why' in outcome) refused.push(outcome);
      else fetched.push(outcome);
      if ('how' in outcome && outcome.how === 'own') seen[id] = runs.get(id) ?? '';
    }
    await writeSeen(store, seen);
    announceChange(
      store,
      fetched.map(({ id }) => id),
    );
  }
  if (request.full === true) {
    const { RunStore } = await import('../runs/runStore.ts');
    const list = new RunStore(store);
    const bad = new Set(refused.map(({ id }) => id));
    for (const id of wanted.filter(one => !bad.has(one) && !trashed.has(one))) {
      try {
        const { plan } = await list.read(id);
        if (plan !== undefined) await bringSnapshot(repository, remote, plan, task);
      } catch (error) {
        refused.push({ id, why: reasonOf(error, task) });
      }
    }
  }
  return { remote: remote.name, url: remote.shownUrl, fetched, unchanged, refused };
}

/** Full ids of runs of a remote. Throws `shared-run-not-found` and names those that a part could mean. */
function chosenIds(
  there: readonly string[],
  asked: readonly string[] | undefined,
  remote: GitRemote,
): string[] {
  if (asked === undefined) return [...there].sort();
  return [
    ...new Set(
      asked.map(one => {
        const part = one.toUpperCase();
        const found = there.filter(id => id === part || (part.length >= 4 && id.includes(part)));
        const [only] = found;
        if (only === undefined || found.length > 1) throw sharedNotFound(one, [remote.shownUrl]);
        return only;
      }),
    ),
  ];
}

async function takeOne(
  records: FetchedRecords,
  id: string,
  from: {
    readonly remote: GitRemote;
    readonly commit: string;
    /** Runs that the remote has, by id. */
    readonly others: ReadonlyMap<string, string>;
  },
  store: StorePath,
  task: ShareTask,
): Promise<FetchedRun | { id: string; why: string }> {
  try {
    const { files, author, at } = await readCommit(records.context, `refs/in/${id}`);
    const record = checkRecord(id, files);
    const { remote, commit, others } = from;
    // Child runs are shared with their parent alone: one that is there by itself would be hidden below a stranger's.
    const taken = record.manifest.children.find(child => others.has(child));
    if (taken !== undefined)
      throw new RecordProblem(`its child run ${taken} is shared there as a run of its own`);
    const pushedBy = author === unnamed ? '' : author;
    const { sharedBy = pushedBy, sharedAt = at } = record.manifest;
    const about = {
      ...{ remote: remote.name, url: remote.shownUrl, commit, sharedAt },
      ...(sharedBy === '' ? {} : { sharedBy }),
      ...(pushedBy === sharedBy || pushedBy === '' ? {} : { pushedBy }),
    };
    const neutral = await neutralOf(store, { verdicts: [] }, task.environment);
    const origin = originOf(record, about);
    const { how, verdicts } = await placeRecord({ store, record, origin, pushedBy, neutral });
    return { id, how, verdicts, ...(sharedBy === '' ? {} : { sharedBy }) };
  } catch (error) {
    return { id, why: reasonOf(error, task) };
  }
}

/** Why one run is not taken; the others are. Throws when it was cancelled. What git itself says stays out of it. */
function reasonOf(error: unknown, task: ShareTask): string {
  task.signal?.throwIfAborted();
  if (error instanceof RecordProblem) return error.message;
  if (error instanceof LockstepError && error.code !== 'git-failed') return error.message.replace(/\.$/, '');
  return 'its record cannot be read';
}

async function commitHere(store: StorePath, id: string): Promise<string | undefined> {
  try {
    return sharedRecordSchema.parse(JSON.parse(await readFile(runPaths(store, id).shared, 'utf8'))).commit;
  } catch {
    return undefined;
  }
}

const seenSchema = z.record(z.string(), z.string());

/** Commits of runs of one's own that were looked at. Disposable: without it they are looked at again. */
async function readSeen(store: StorePath): Promise<Record<string, string>> {
  try {
    return seenSchema.parse(JSON.parse(await readFile(seenPath(store), 'utf8')));
  } catch {
    return {};
  }
}

async function writeSeen(store: StorePath, seen: Record<string, string>): Promise<void> {
  await mkdir(storePaths(store).index, { recursive: true });
  await writeJsonAtomic(seenPath(store), seen).catch(() => undefined);
}

function seenPath(store: StorePath): string {
  return join(storePaths(store).index, 'shared-seen.json');
}
