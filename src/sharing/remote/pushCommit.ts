/** Sends the commit of a shared run to its ref on a remote, and nothing else. */
import type { Repository } from '../../git/findRepository.ts';
import { transportFailed } from '../errors.ts';
import { seeingSnapshots } from '../record/sharedRepository.ts';
import { sharedRefOf } from '../sharedRef.ts';
import type { ShareTask } from '../shareTask.ts';
import type { GitRemote } from './gitRemote.ts';
import { runTransport } from './runTransport.ts';

/** False when somebody else was faster. */
export async function pushCommit(
  repository: Repository,
  remote: GitRemote,
  id: string,
  commit: string,
  task: ShareTask,
): Promise<boolean> {
  const args = [
    ...['push', '--progress', '--porcelain', '--no-follow-tags', '--recurse-submodules=no', '--no-verify'],
    ...['--', remote.address, `${commit}:${sharedRefOf(id)}`],
  ];
  // In the person's repository, because a shallow one is only understood there; the objects are the snapshot store's.
  const variables = seeingSnapshots(repository);
  const { exitCode, stdout, stderr } = await runTransport({ repository, args, variables }, task);
  if (exitCode === 0) return true;
  const said = `${stdout}\n${stderr}`;
  if (
    /non-fast-forward|fetch first|stale info|cannot lock ref|failed to update ref|incorrect old value/i.test(
      said,
    )
  )
    return false;
  throw transportFailed('push to', remote, said.replace(/^!\s*/gm, 'error: '));
}
