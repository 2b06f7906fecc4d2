/**
 * Shares a run through a git remote: its record and the code that it ran as one commit under a ref of its own, its pinned
 * data through the data remote. Invariants: what is sent was looked at first, object by object; a record that is there
 * never changes, it only gets what was said later on top; the person's refs, index, configuration and files stay.
 */
import { findRepository, type Repository } from '../git/findRepository.ts';
import { knownValue } from '../runs/known.ts';
import type { CredentialSource } from '../data/remotes/objectStore.ts';
import type { RunDetails } from '../runs/runDetails.ts';
import type { StorePath } from '../runs/runPaths.ts';
import { notInGit, notShareable, sharedContended } from './errors.ts';
import { giveData, type GivenData } from './giveData.ts';
import { LockstepError } from '../base/lockstepError.ts';
import { findLacks, lackingArtifacts, type Lack } from './findLacks.ts';
import { checkRecord } from './record/checkRecord.ts';
import { RecordProblem } from './record/recordProblem.ts';
import { collectRecord } from './record/collectRecord.ts';
import { bringCommit } from './record/bringCommit.ts';
import { creditsOf } from './record/creditsOf.ts';
import { commitCode } from './record/commitCode.ts';
import type { Naming } from './record/keptFiles.ts';
import { describeFiles, manifestName, manifestVersion, type Manifest } from './record/manifest.ts';
import { neutralOf } from './record/machineName.ts';
import { readCommit } from './record/readCommit.ts';
import { personContext } from './record/sharedRepository.ts';
import { recordSize, type RecordSize } from './record/recordSize.ts';
import { withLaterStatements } from './record/withLaterStatements.ts';
import { identity, writeRecordCommit } from './record/writeRecordCommit.ts';
import { chooseRemote, type GitRemote } from './remote/gitRemote.ts';
import { readRemoteRefs } from './remote/remoteRefs.ts';
import { pushCommit } from './remote/pushCommit.ts';
import { pushBytes, scanOutgoing, type Finding, type OutgoingScan } from './scan/scanOutgoing.ts';
import { settledRun } from './settledRun.ts';
import { sharedRefOf } from './sharedRef.ts';
import type { ShareTask } from './shareTask.ts';

export interface ShareRequest {
  readonly store: StorePath;
  /** Any folder of the working tree. */
  readonly root: string;
  readonly run: RunDetails;
  readonly toolVersion: string;
  /** Name, URL or path; the upstream's or `origin` when absent. */
  readonly remote?: string | undefined;
  /** Paths whose secrets and size a person has looked at: as findings name them. */
  readonly allow?: readonly string[];
  /** False leaves out what the run printed. */
  readonly logs?: boolean;
  /** Of one image, artifact or file of a model, in bytes; 0 leaves them all here. */
  readonly maxSize?: number | undefined;
  /** False leaves pinned data where it is. */
  readonly data?: boolean;
  readonly credentials?: CredentialSource | undefined;
}

export interface ShareOutcome {
  readonly id: string;
  /** `refused`: nothing was sent, `findings` say why. */
  readonly state: 'shared' | 'updated' | 'unchanged' | 'refused';
  readonly remote: string;
  /** Without credentials. */
  readonly url: string;
  readonly ref: string;
  readonly commit?: string;
  /** Of `refused`. */
  readonly findings: readonly Finding[];
  /** Files that hosts advise against. */
  readonly large: readonly Finding[];
  /** Packed files that were not looked into, or not wholly; why. */
  readonly unread: readonly Finding[];
  /** What went along byte for byte, and names folders of the person's: by path in the record. */
  readonly naming: readonly Naming[];
  /** Of what was sent, or would have been. */
  readonly record?: RecordSize;
  readonly sent?: { readonly objects: number; readonly bytes: number };
  readonly data?: GivenData;
  /** What somebody else will not have. */
  readonly lacks: readonly Lack[];
}

/** So often others may be faster. */
const rounds = 4;

/** Rejects with the errors of errors.ts, and with the reason of the signal. */
export async function shareRun(asked: ShareRequest, task: ShareTask): Promise<ShareOutcome> {
  const repository = await findRepository(asked.root, task.environment);
  if (repository === undefined) throw notInGit();
  requireShareable(asked.run);
  const run = await settledRun(asked.store, asked.run, task.signal);
  const request = { ...asked, run };
  const remote = await chooseRemote(personContext(repository, task), request.remote);
  const named = { id: run.id, remote: remote.name, url: remote.shownUrl, ref: sharedRefOf(run.id) };
  let given: Pick<ShareOutcome, 'data' | 'lacks'> | undefined;
  for (let round = 0; round < rounds; round++) {
    const refs = await readRemoteRefs(repository, remote, 'all', task);
    const tip = refs.runs.get(run.id);
    const made = await makeCommit(repository, remote, tip, request, task);
    if (made.commit === undefined) {
      return {
        ...named,
        state: 'unchanged',
        ...{ findings: [], large: [], unread: [], naming: [] },
        ...(await giveAndTell(request, made, task)),
        ...(tip === undefined ? {} : { commit: tip }),
      };
    }
    const allowed = allowedPaths(request);
    const scan = await scanOutgoing(
      repository,
      { commit: made.commit, present: refs.objects, allowed },
      task,
    );
    const repeated = made.secrets.filter(({ path }) => !allowed.has(path));
    const findings = [...repeated, ...refusals(scan, allowed)];
    const { large, unread } = scan;
    if (findings.length > 0) {
      const { naming } = made;
      return { ...named, state: 'refused', findings, large, unread, naming, lacks: [] };
    }
    // The data goes first: who finds the record then finds it, too.
    given ??= await giveAndTell(request, made, task);
    if (await pushCommit(repository, remote, run.id, made.commit, task))
      return {
        ...named,
        state: tip === undefined ? 'shared' : 'updated',
        commit: made.commit,
        findings: [],
        ...{ large, unread, naming: made.naming },
        ...(made.record === undefined ? {} : { record: made.record }),
        sent: { objects: scan.objects, bytes: scan.bytes },
        ...given,
      };
  }
  throw sharedContended(run.id);
}

/**
 * What others will not have, once the run's data was given: also where the record is in the remote already, because
 * pushing it once more mends nothing, and data that did not arrive is given again.
 */
async function giveAndTell(
  request: ShareRequest,
  { code, lacks, tellsLacks }: MadeCommit,
  task: ShareTask,
): Promise<Pick<ShareOutcome, 'data' | 'lacks'>> {
  if (!tellsLacks) return { lacks: [] };
  const data = request.data === false ? undefined : await giveData(request, code, task);
  return { ...(data === undefined ? {} : { data }), lacks: [...lacks, ...findLacks(request.run, data)] };
}

function requireShareable(run: RunDetails): void {
  const { plan, id, state } = run;
  const short = id.slice(-6);
  if (plan === undefined)
    throw notShareable(id, 'it has no readable plan', `Look at what is there: lockstep show ${short}`);
  if (state === 'preparing' || state === 'running' || run.stillRunning)
    throw notShareable(id, 'it has not ended', `Wait for it: lockstep logs ${short} --follow`);
  if (plan.parent !== undefined)
    throw notShareable(
      id,
      'it is a child run',
      `Share the run that it belongs to: lockstep share push ${plan.parent.slice(-6)}`,
    );
}

function allowedPaths({ allow = [] }: ShareRequest): ReadonlySet<string> {
  return new Set(allow.map(path => path.replace(/^\.\//, '')));
}

interface MadeCommit {
  /** Absent where the remote has all that would be in it. */
  readonly commit?: string;
  /** The commit of the snapshot, where there is one. */
  readonly code?: string | undefined;
  /** Files of the record that repeat a secret of the command; what was shared before is not among them. */
  readonly secrets: readonly Finding[];
  readonly lacks: readonly Lack[];
  /** Whether it is for the person here to know them. */
  readonly tellsLacks: boolean;
  readonly record?: RecordSize;
  /** Of what the commit holds and the remote does not have. */
  readonly naming: readonly Naming[];
}

async function makeCommit(
  repository: Repository,
  remote: GitRemote,
  tip: string | undefined,
  request: ShareRequest,
  task: ShareTask,
): Promise<MadeCommit> {
  const { run, store, toolVersion } = request;
  const neutral = await neutralOf(store, run, task.environment);
  const { maxSize } = request;
  const allowed = allowedPaths(request);
  const collecting = { store, run, neutral, logs: request.logs !== false, maxSize, allowed };
  const { files, children, secrets, left, naming } = await collectRecord(collecting);
  const message = `Run ${run.id}`;
  const { name: me = '' } = await identity(repository, task);
  const by = await creditsOf(store, { dir: run.dir, children }, me);
  if (tip !== undefined) {
    await bringCommit(repository, remote, run.id, task);
    const before = await readShared(repository, run.id, tip, remote, task);
    const after = withLaterStatements(before, files, { run, where: remote.shownUrl, by });
    // Of somebody else's run whoever shared it was told. The code may be gone here: others have it.
    const tellsLacks = run.shared === undefined;
    const own = tellsLacks ? await commitCode(repository, run, task).catch(notHere) : undefined;
    const about = {
      ...{ code: own?.code, secrets: [], naming: [], tellsLacks: own !== undefined },
      lacks: [...(own?.lacks ?? []), ...lackingArtifacts(left)],
    };
    if (after === undefined) return about;
    verify(run.id, after);
    return {
      commit: await writeRecordCommit(repository, { message, parents: [tip], files: after }, task),
      ...about,
      record: recordSize(after),
    };
  }
  const { parents, code, lacks } = await commitCode(repository, run, task);
  const snapshot = knownValue(run.plan?.code)?.tree;
  const manifest: Manifest = {
    schemaVersion: manifestVersion,
    id: run.id,
    toolVersion,
    ...(me === '' ? {} : { sharedBy: me.slice(0, 200) }),
    sharedAt: new Date().toISOString(),
    ...(snapshot === undefined ? {} : { snapshot }),
    children: [...children],
    files: describeFiles(files, by),
  };
  const all = new Map([
    ...files,
    [manifestName, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)] as const,
  ]);
  verify(run.id, all);
  return {
    commit: await writeRecordCommit(repository, { message, parents, files: all }, task),
    ...{ code, secrets, tellsLacks: true },
    lacks: [...lacks, ...lackingArtifacts(left)],
    record: recordSize(all),
    naming,
  };
}

function notHere(error: unknown): undefined {
  if (error instanceof LockstepError && error.code === 'run-not-shareable') return undefined;
  throw error;
}

async function readShared(
  repository: Repository,
  id: string,
  tip: string,
  remote: GitRemote,
  task: ShareTask,
): Promise<ReadonlyMap<string, Buffer>> {
  try {
    const { files } = await readCommit(personContext(repository, task), tip);
    return files;
  } catch (error) {
    if (error instanceof RecordProblem)
      throw notShareable(
        id,
        `${remote.shownUrl} holds a record of it that cannot be read: ${error.message}`,
        'Ask who shared it.',
      );
    throw error;
  }
}

/** By the rules that others will hold it to: what they would refuse is better not sent. */
function verify(id: string, files: ReadonlyMap<string, Buffer>): void {
  try {
    checkRecord(id, files);
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    throw notShareable(id, error.message, `Look at the record: lockstep show ${id.slice(-6)}`);
  }
}

function refusals(scan: OutgoingScan, allowed: ReadonlySet<string>): Finding[] {
  const tooMuch =
    scan.bytes > pushBytes && !allowed.has('')
      ? [{ path: '', what: `${(scan.bytes / 1e9).toFixed(1)} GB together, more than hosts take in one push` }]
      : [];
  return [
    ...scan.secrets,
    ...scan.tooLarge.map(({ path, what }) => ({ path, what: `${what}, more than the usual hosts take` })),
    ...tooMuch,
  ];
}
