/** Whether git's index has any file that is meant for Git LFS: cheap, and asked once for each working tree. */
import type { Repository } from '../../../git/findRepository.ts';
import { runGit } from '../../../git/runGit.ts';

/** False where git cannot tell. */
export async function hasLfsFiles(repository: Repository, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const { exitCode, stdout } = await runGit(
    { repository, environment },
    ['ls-files', '-z', '--', ':(top,attr:filter=lfs)'],
    { tolerant: true },
  );
  return exitCode === 0 && stdout.length > 0;
}
