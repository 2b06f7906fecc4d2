/** The branch that is checked out, by its full name: some servers decide by it who may have what. */
import { runGit } from '../../git/runGit.ts';
import { gitContext } from './gitContext.ts';
import type { LfsRepository } from './lfsRepository.ts';

/** `refs/heads/main`; undefined when HEAD is detached. */
export async function currentBranch(repository: LfsRepository): Promise<string | undefined> {
  const context = gitContext(repository, {});
  const { exitCode, stdout } = await runGit(context, ['symbolic-ref', '--quiet', 'HEAD'], { tolerant: true });
  const name = stdout.toString('utf8').trim();
  return exitCode === 0 && name !== '' ? name : undefined;
}
