/** The commits of a history that changed one of some files. */
import { runGit, type GitContext } from '../../git/runGit.ts';

export interface TouchingCommit {
  readonly id: string;
  /** ISO 8601, UTC: when it was written. */
  readonly at: string;
  readonly author: string;
  readonly subject: string;
}

/** Newest first, as `git log` lists them. Empty on an unborn branch. Rejects when git does, as for an unknown revision. */
export async function commitsTouching(
  context: GitContext,
  revision: string,
  files: readonly string[],
): Promise<TouchingCommit[]> {
  const args = ['log', '-z', '--format=%H%n%at%n%an%n%s', '--end-of-options', revision, '--'];
  const pathspecs = files.map(file => `:(top,literal)${file}`);
  const tolerant = revision === 'HEAD';
  const { stdout, exitCode } = await runGit(context, [...args, ...pathspecs], { tolerant });
  if (exitCode !== 0) return [];
  return stdout
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map(text => {
      const [id = '', seconds = '0', author = '', ...subject] = text.split('\n');
      const at = new Date(Number(seconds) * 1000).toISOString();
      return { id, at, author, subject: subject.join(' ').trim() };
    });
}
