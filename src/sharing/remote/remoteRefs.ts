/** What a remote has: its shared runs, and all of its refs, so that nothing is sent or looked at twice. */
import type { Repository } from '../../git/findRepository.ts';
import { transportFailed } from '../errors.ts';
import { runIdOfRef, sharedRefs } from '../sharedRef.ts';
import type { ShareTask } from '../shareTask.ts';
import type { GitRemote } from './gitRemote.ts';
import { runTransport } from './runTransport.ts';

export interface RemoteRefs {
  /** Run → the commit that holds its record. */
  readonly runs: ReadonlyMap<string, string>;
  /** What every ref of the remote names. */
  readonly objects: readonly string[];
}

/** @param extent `shared` asks for no more than shared runs. Rejects with `remote-failed` and its like. */
export async function readRemoteRefs(
  repository: Repository,
  remote: GitRemote,
  extent: 'shared' | 'all',
  task: ShareTask,
): Promise<RemoteRefs> {
  const quiet = { ...task, onProgress: undefined };
  const args = ['ls-remote', '--', remote.address, ...(extent === 'shared' ? [sharedRefs] : [])];
  const { exitCode, stdout, stderr } = await runTransport({ repository, args }, quiet);
  if (exitCode !== 0) throw transportFailed('read', remote, stderr);
  const runs = new Map<string, string>();
  const objects = new Set<string>();
  for (const line of stdout.split('\n')) {
    const [commit = '', ref = ''] = line.split('\t');
    if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) continue;
    objects.add(commit);
    const id = runIdOfRef(ref);
    if (id !== undefined) runs.set(id, commit);
  }
  return { runs, objects: [...objects] };
}
