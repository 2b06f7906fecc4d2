/** Whether the snapshots of runs are still here, and whether anybody else has them. One look for all runs. */
import { join, resolve } from 'node:path';
import { bytePathOfRecord, bytePathText } from '../../git/bytePath.ts';
import { findRepository, type Repository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import { knownValue } from '../../runs/known.ts';
import type { Code, Plan, SubmoduleSnapshot } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { HealthProblem } from '../../runs/runHealth.ts';
import type { RemoteQuestion } from '../forecast/lookAtPinned.ts';
import { submoduleMend } from '../restore/errors.ts';
import { isLocalRemote, remotesHere, sharedRef } from '../forecast/sharedSnapshot.ts';
import { missingObjects } from '../forecast/snapshotTree.ts';
import type { Findings } from './findings.ts';

export interface CommitsLook {
  /** Trees and blobs that the repository does not have any more. */
  readonly missing: ReadonlySet<string>;
  /** Submodules without a snapshot: `<run id> <path>`. */
  readonly lostSubmodules: ReadonlySet<string>;
  /** Commits that no remote-tracking branch contains. */
  readonly unpushed: ReadonlySet<string>;
  /** Names of the remotes of git. */
  readonly remotes: readonly string[];
  /** Those that answered which runs are shared, and those that were not asked. */
  readonly asked: readonly string[];
  readonly unasked: readonly string[];
  /** Refs of shared runs that remotes have. */
  readonly sharedRefs: ReadonlySet<string>;
}

/** Rejects only when git cannot be asked, or when aborted. */
export async function lookAtCommits(
  repository: Repository,
  originals: readonly RunDetails[],
  { variables, remote }: { readonly variables: NodeJS.ProcessEnv; readonly remote: RemoteQuestion },
): Promise<CommitsLook> {
  const task = { environment: variables, signal: remote.signal };
  const codes = originals.flatMap(({ plan }) => knownValue(plan?.code) ?? []);
  const ids = codes.flatMap(code => [
    code.tree,
    ...(code.heldTree === undefined ? [] : [code.heldTree]),
    ...code.gaps.flatMap(gap => gap.blob ?? []),
  ]);
  const heads = [...new Set(codes.flatMap(code => code.head ?? []))].filter(id =>
    /^[0-9a-f]{40,64}$/.test(id),
  );
  const [missing, absentHeads, remotes] = await Promise.all([
    missingObjects(repository, ids, task),
    missingObjects(repository, heads, task),
    remotesHere({ repository, environment: variables, remote }),
  ]);
  const present = heads.filter(head => !absentHeads.has(head));
  const unpushed = new Set(absentHeads);
  for (const head of await outsideRemotes(repository, present, task)) unpushed.add(head);
  const lostSubmodules = new Set<string>();
  for (const { id, plan } of originals)
    for (const submodule of knownValue(plan?.code)?.submodules ?? [])
      if (!(await hasSubmodule(repository, submodule, task))) lostSubmodules.add(`${id} ${submodule.path}`);
  const shared = await sharedOnRemotes(repository, remotes, variables, remote);
  return { missing, lostSubmodules, unpushed, remotes: [...remotes.keys()], ...shared };
}

/** Those of `heads` that no remote-tracking branch contains, as far as the last fetch and push tell. */
async function outsideRemotes(
  repository: Repository,
  heads: readonly string[],
  task: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal | undefined },
): Promise<string[]> {
  if (heads.length === 0) return [];
  const context = { ...task, repository };
  const branches = await runGit(context, ['for-each-ref', '--count=1', 'refs/remotes'], { tolerant: true });
  // Without one all of history would be walked for an answer that is known.
  if (branches.exitCode === 0 && branches.stdout.length === 0) return [...heads];
  const walked = await runGit(context, ['rev-list', '--stdin', '--not', '--remotes'], {
    input: `${heads.join('\n')}\n`,
    tolerant: true,
  });
  const outside = new Set(walked.stdout.toString('latin1').split('\n'));
  return heads.filter(head => outside.has(head));
}

/** Of one run. */
export function codeHealth({ id, shared }: RunDetails, plan: Plan, look: CommitsLook): Findings {
  const code = knownValue(plan.code);
  if (code === undefined) return { problems: [], unchecked: [] };
  const problems: HealthProblem[] = [];
  const unchecked: string[] = [];
  const short = id.slice(-6);
  const isShared = look.sharedRefs.has(sharedRef(id));
  const lost = [
    code.tree,
    ...(code.heldTree === undefined ? [] : [code.heldTree]),
    ...code.gaps.flatMap(gap => gap.blob ?? []),
  ].some(object => look.missing.has(object));
  if (lost)
    problems.push({
      ...{ code: 'snapshot-missing', ingredient: 'code', severity: isShared ? 'at-risk' : 'gone' },
      message: `The repository does not have the snapshot of run ${short} any more${isShared ? ', a remote has it' : ''}.`,
      mend: isShared
        ? `Get it again: lockstep share fetch ${short}`
        : 'Fetch it from a clone that still has it.',
    });
  for (const submodule of code.submodules)
    if (look.lostSubmodules.has(`${id} ${submodule.path}`))
      problems.push({
        ...{ code: 'snapshot-missing', ingredient: 'code', severity: 'gone' },
        message: `No repository here has the snapshot of the submodule ${submodule.path} any more.`,
        mend: submoduleMend(submodule),
      });
  // Somebody else's run has its home elsewhere.
  if (lost || isShared || shared !== undefined) return { problems, unchecked };
  if (look.remotes.length === 0) {
    unchecked.push('the repository has no remote, so its code is kept on this machine only');
    return { problems, unchecked };
  }
  if (code.head !== undefined && look.unpushed.has(code.head))
    problems.push({
      ...{ code: 'commit-unpushed', ingredient: 'code', severity: 'at-risk' },
      message: `No branch of a remote contains commit ${code.head.slice(0, 7)}, which run ${short} started from.`,
      mend: `Push it (git push), or share the run: lockstep share push ${short}`,
    });
  if (isClean(code)) return { problems, unchecked };
  if (look.asked.length > 0 && look.unasked.length === 0)
    problems.push({
      ...{ code: 'snapshot-local-only', ingredient: 'code', severity: 'at-risk' },
      message: `Only this machine has the ${code.changedCount === 1 ? 'file' : `${code.changedCount} files`} that run ${short} had changed beside commit ${code.head?.slice(0, 7) ?? '(none)'}.`,
      mend: `Share the run: lockstep share push ${short}`,
    });
  else unchecked.push(`whether ${look.unasked.join(', ')} has its snapshot (--remote asks)`);
  return { problems, unchecked };
}

function isClean({ changedCount, tree, headTree }: Code): boolean {
  return changedCount === 0 && (headTree === undefined || tree === headTree);
}

async function hasSubmodule(
  outer: Repository,
  submodule: SubmoduleSnapshot,
  task: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  const checkedOut = await findRepository(join(outer.root, bytePathText(bytePathOfRecord(submodule))), {});
  const folders = [
    ...(submodule.gitDir === undefined ? [] : [resolve(outer.commonDir, submodule.gitDir)]),
    ...(checkedOut === undefined ? [] : [checkedOut.commonDir]),
    outer.commonDir,
  ];
  for (const gitDir of new Set(folders)) {
    const repository = { ...outer, root: gitDir, gitDir, commonDir: gitDir, explicit: true };
    const lost = await missingObjects(repository, [submodule.tree], task).catch(() => undefined);
    task.signal?.throwIfAborted();
    if (lost?.size === 0) return true;
  }
  return false;
}

async function sharedOnRemotes(
  repository: Repository,
  remotes: ReadonlyMap<string, string>,
  environment: NodeJS.ProcessEnv,
  { network, patienceMs, signal }: RemoteQuestion,
): Promise<Pick<CommitsLook, 'asked' | 'unasked' | 'sharedRefs'>> {
  const asked: string[] = [];
  const unasked: string[] = [];
  const sharedRefs = new Set<string>();
  for (const [name, url] of remotes) {
    if (name.startsWith('-') || (!network && !isLocalRemote(url))) {
      unasked.push(name);
      continue;
    }
    const late = AbortSignal.timeout(patienceMs);
    const answer = await runGit(
      { repository, environment, signal: signal === undefined ? late : AbortSignal.any([signal, late]) },
      ['ls-remote', '--quiet', name, 'refs/lockstep/shared/*'],
      {
        tolerant: true,
        variables: { GIT_SSH_COMMAND: environment['GIT_SSH_COMMAND'] ?? 'ssh -oBatchMode=yes' },
      },
    ).catch(() => undefined);
    signal?.throwIfAborted();
    if (answer?.exitCode !== 0) {
      unasked.push(name);
      continue;
    }
    asked.push(name);
    for (const line of answer.stdout.toString('utf8').split('\n')) {
      const [, ref] = line.split('\t');
      if (ref !== undefined) sharedRefs.add(ref);
    }
  }
  return { asked, unasked, sharedRefs };
}
