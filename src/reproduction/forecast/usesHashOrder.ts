/**
 * Whether the order of sets of strings could matter to a run: whether the code of the repository that it loaded makes
 * sets or asks for hashes. What libraries do with theirs is their makers' concern.
 */
import { isAbsolute, relative, sep } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { isInside } from '../restore/relocatePaths.ts';

/** Where nobody saw what it loaded, it could. Rejects only when aborted. */
export async function usesHashOrder(
  { plan, captured }: Pick<RunDetails, 'plan' | 'captured'>,
  repository: Repository | undefined,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<boolean> {
  const code = knownValue(plan?.code);
  const loaded = captured?.['code'];
  if (plan === undefined || code === undefined || repository === undefined) return true;
  if (captured?.modules.known !== 'captured' || !Array.isArray(loaded)) return true;
  const paths = loaded
    .filter(one => typeof one === 'string')
    .filter(path => isAbsolute(path) && isInside(path, plan.root))
    .map(path => relative(plan.root, path).split(sep).join('/'));
  // A command line of code, a notebook: its text is in no file.
  if (paths.length === 0 || paths.length > mostFiles) return true;
  const found = await runGit(
    { ...task, repository },
    ['grep', '-I', '-q', '-E', '-e', hashed, code.tree, '--', ...paths.map(path => `:(literal)${path}`)],
    { tolerant: true },
  );
  // 1: looked, and found nothing.
  return found.exitCode !== 1;
}

const mostFiles = 1000;

/** `set(`, `frozenset(`, `hash(`, `{name, …}`, `{name for …}`. */
const hashed = String.raw`(^|[^[:alnum:]_.])(set|frozenset|hash)[(]|[{][^]{}:=]*(,| for )[^]{}:]*[}]`;
