/**
 * Brings a commit that this repository does not have from its remotes, by its id: hosts serve ids that no branch names
 * any more for as long as they keep them. Its objects go into the snapshot store, and nothing of the person's repository
 * (refs, FETCH_HEAD, shallow marks) knows of it.
 */
import { join } from 'node:path';
import { alternates } from './alternates.ts';
import { errorText } from '../base/systemError.ts';
import type { Repository } from './findRepository.ts';
import { runGit, type GitContext } from './runGit.ts';
import { openSnapshotStore, snapshotStoreOf } from './snapshotStore.ts';

export interface FetchedCommit {
  /** The remote that had it; undefined where none had. */
  readonly remote?: string;
  /** What each remote said that did not: `origin: not our ref`. */
  readonly refusals: readonly string[];
}

/** Rejects only when aborted, or when there is no place for what comes. @param commit Full hexadecimal id. */
export async function fetchCommit(
  repository: Repository,
  commit: string,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<FetchedCommit> {
  const refusals: string[] = [];
  if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit))
    return { refusals: [`${commit} is no id of a commit`] };
  await openSnapshotStore(repository);
  const context = { ...task, repository, settings: ['credential.interactive=false'] };
  const variables = {
    // Sees both stores, fills ours.
    GIT_OBJECT_DIRECTORY: join(snapshotStoreOf(repository.commonDir), 'objects'),
    ...alternates(join(repository.commonDir, 'objects')),
  };
  const { stdout } = await runGit(context, ['remote'], { tolerant: true });
  for (const remote of stdout.toString('utf8').split('\n')) {
    if (remote === '') continue;
    const words = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules'];
    try {
      const outcome = await runGit(
        context,
        ['fetch', '--quiet', ...words, '--refmap=', '--', remote, commit],
        { tolerant: true, variables },
      );
      if (outcome.exitCode === 0) return { remote, refusals };
      refusals.push(`${remote}: ${outcome.stderr.trim().split('\n').at(-1) ?? 'refused'}`);
    } catch (error) {
      task.signal?.throwIfAborted();
      refusals.push(`${remote}: ${errorText(error)}`);
    }
  }
  return { refusals };
}
