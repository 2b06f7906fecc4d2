/** The link of a run of this repository, and whether others would find the run behind it. */
import { findRepository } from '../../git/findRepository.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { notInGit } from '../errors.ts';
import { personContext } from '../record/sharedRepository.ts';
import { chooseRemote } from '../remote/gitRemote.ts';
import { readRemoteRefs } from '../remote/remoteRefs.ts';
import type { ShareTask } from '../shareTask.ts';
import { writeRunLink, type LinkPlace, type WrittenLink } from './runLink.ts';

export interface ShareLinkRequest {
  readonly root: string;
  readonly run: RunDetails;
  readonly remote?: string | undefined;
  readonly place: LinkPlace;
}

/** A remote that cannot be asked counts as one that has not got it. Throws `link-wrong` and what choosing a remote throws. */
export async function shareLink(
  { root, run, remote: asked, place }: ShareLinkRequest,
  task: ShareTask,
): Promise<WrittenLink & { readonly shared: boolean }> {
  const repository = await findRepository(root, task.environment);
  if (repository === undefined) throw notInGit();
  const remote = await chooseRemote(personContext(repository, task), asked ?? run.shared?.remote);
  const written = writeRunLink({ remote: remote.url, id: run.id }, place);
  const shared = await readRemoteRefs(repository, remote, 'shared', task).then(
    ({ runs }) => runs.has(run.id),
    () => {
      task.signal?.throwIfAborted();
      return false;
    },
  );
  return { ...written, shared };
}
