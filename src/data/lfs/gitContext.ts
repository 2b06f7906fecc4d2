/** What every call of git for one task shares. */
import type { GitContext } from '../../git/runGit.ts';
import type { DataTask } from '../dataProgress.ts';
import type { LfsRepository } from './lfsRepository.ts';

export function gitContext(repository: LfsRepository, task: DataTask): GitContext {
  return { repository: repository.git, environment: repository.environment, signal: task.signal };
}
