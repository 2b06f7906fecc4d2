/**
 * Gives a checkout objects of its own: those that one recorded state consists of, and no others. For programs of strangers,
 * who may read the code that they brought and nothing else of the repository's history.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alternates } from './alternates.ts';
import type { RecordedState } from './fillCheckout.ts';
import { runGit, type GitContext } from './runGit.ts';

/**
 * Files as they ran, HEAD with its files, and held bytes; what of them is in none of `folders` is left out. HEAD becomes
 * the end of the history. Rejects with `git-failed`.
 * @param folders Object folders to copy from. Absolute.
 */
export async function copyObjects(
  here: GitContext,
  folders: readonly string[],
  { tree, headTree, head, gaps = [] }: RecordedState,
): Promise<void> {
  const variables = alternates(...folders);
  const wanted = [tree, headTree, head, ...gaps.map(gap => gap.blob)].filter(id => id !== undefined);
  const { stdout } = await runGit(here, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
    ...{ input: lines(wanted), variables },
  });
  const there = stdout.toString('latin1').matchAll(/^([0-9a-f]+) (commit|tree|blob)$/gm);
  const ids = [...there].map(([, id = '']) => id);
  // What HEAD held may lack in parts: its index is then made empty, as where all of it lacks.
  const walk = ['rev-list', '--objects', '--no-object-names', '--no-walk', '--missing=allow-any', '--stdin'];
  const listed = await runGit(here, walk, { input: lines(ids), variables });
  const gitDir = here.repository.gitDir;
  const pack = join(gitDir, 'objects', 'pack', 'pack');
  // What is deltified already stays so; nothing is searched for anew.
  await runGit(here, ['pack-objects', '--quiet', '--window=0', '--delta-base-offset', pack], {
    ...{ input: listed.stdout, variables },
  });
  if (head !== undefined && ids.includes(head)) await endHistory(here, head);
}

/** As in a shallow clone: nothing above `head` is here. */
async function endHistory(here: GitContext, head: string): Promise<void> {
  const { stdout } = await runGit(here, ['cat-file', 'commit', head]);
  const [headers = ''] = stdout.toString('latin1').split('\n\n', 1);
  if (/^parent /m.test(headers)) await writeFile(join(here.repository.gitDir, 'shallow'), `${head}\n`);
}

function lines(ids: readonly string[]): string {
  return [...new Set(ids)].map(id => `${id}\n`).join('');
}
