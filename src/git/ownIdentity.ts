/** The name and address that a repository's own configuration gives its commits: programs write them into what they make. */
import type { Repository } from './findRepository.ts';
import { runGit, type GitContext } from './runGit.ts';

/** `user.name` → value. Empty where the person's own settings have the word: those hold in any repository. */
export async function ownIdentity(
  repository: Repository,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runGit(
    { ...task, repository },
    ['config', '--local', '--includes', '-z', '--get-regexp', String.raw`^user\.(name|email)$`],
    { tolerant: true },
  );
  const found = new Map<string, string>();
  for (const entry of stdout.toString('utf8').split('\0')) {
    const [, name, value] = /^user\.(name|email)\n(.*)$/s.exec(entry) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  return found;
}
