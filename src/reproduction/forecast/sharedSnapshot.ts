/** Where a snapshot that is not here could be had: from a remote that it was shared through, or by the id of its commit. */
import { schemeOf } from '../../data/remotes/openObjectStore.ts';
import type { Repository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Code } from '../../runs/plan.ts';
import type { RemoteQuestion } from './lookAtPinned.ts';

export interface SharedSnapshotQuestion {
  readonly runId: string;
  readonly code: Code;
  readonly repository: Repository;
  readonly environment: NodeJS.ProcessEnv;
  readonly remote: RemoteQuestion;
}

/** The ref under which a run is shared. */
export function sharedRef(runId: string): string {
  return `refs/lockstep/shared/${runId.slice(-2).toLowerCase()}/${runId}`;
}

/** Undefined where nobody is known to have it. Rejects only when aborted. */
export async function findSharedSnapshot(
  question: SharedSnapshotQuestion,
): Promise<Pick<ForecastItem, 'availability' | 'from' | 'reason' | 'mend'> | undefined> {
  const { code, runId } = question;
  const remotes = await remotesHere(question);
  const unasked: string[] = [];
  for (const [name, url] of remotes) {
    const has = await hasRef(question, name, url, sharedRef(runId));
    if (has === true) return { availability: 'fetchable', from: name };
    if (has === undefined) unasked.push(name);
  }
  if (unasked.length > 0)
    return {
      availability: 'unknown',
      reason: `it is not here, and ${unasked.join(', ')} ${unasked.length === 1 ? 'was' : 'were'} not asked`,
    };
  // Clean code is that of its commit, which a server may give by its id although no branch has it.
  const [first] = remotes;
  if (first !== undefined && code.tree === code.headTree && code.head !== undefined)
    return {
      availability: 'unknown',
      from: first[0],
      reason: `it is not here; ${first[0]} may still have the commit ${code.head.slice(0, 7)}`,
    };
  return undefined;
}

/** Name → URL. */
export async function remotesHere({
  repository,
  environment,
  remote,
}: Pick<SharedSnapshotQuestion, 'repository' | 'environment' | 'remote'>): Promise<Map<string, string>> {
  const { stdout } = await runGit(
    { repository, environment, signal: remote.signal },
    ['config', '--get-regexp', '-z', String.raw`^remote\..*\.url$`],
    { tolerant: true },
  );
  const found = new Map<string, string>();
  for (const entry of stdout.toString('utf8').split('\0')) {
    const match = /^remote\.(.+)\.url\n(.*)$/s.exec(entry);
    if (match?.[1] !== undefined && match[2] !== undefined) found.set(match[1], match[2]);
  }
  return found;
}

/** Whether a remote of git is a folder of this machine, which costs nothing to ask. */
export function isLocalRemote(url: string): boolean {
  const scheme = schemeOf(url);
  return scheme === 'file' || (scheme === 'local' && (/^[./~]/.test(url) || !url.includes(':')));
}

/** Undefined where it was not asked, or did not answer. */
export async function hasRef(
  { repository, environment, remote }: Pick<SharedSnapshotQuestion, 'repository' | 'environment' | 'remote'>,
  name: string,
  url: string,
  ref: string,
): Promise<boolean | undefined> {
  if (name.startsWith('-') || (!remote.network && !isLocalRemote(url))) return undefined;
  const late = AbortSignal.timeout(remote.patienceMs);
  const signal = remote.signal === undefined ? late : AbortSignal.any([remote.signal, late]);
  try {
    const asked = await runGit({ repository, environment, signal }, ['ls-remote', '--quiet', name, ref], {
      tolerant: true,
      variables: { GIT_SSH_COMMAND: environment['GIT_SSH_COMMAND'] ?? 'ssh -oBatchMode=yes' },
    });
    return asked.exitCode === 0 ? asked.stdout.length > 0 : undefined;
  } catch {
    remote.signal?.throwIfAborted();
    return undefined;
  }
}
