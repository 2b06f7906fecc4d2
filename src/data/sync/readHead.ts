/** The commit that HEAD names and what git is in the middle of, read from git's files: no process, well under a millisecond. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import type { GitOperation } from './decideSync.ts';

export interface Head {
  /** Undefined on an unborn branch. */
  readonly commit: string | undefined;
  readonly operation: GitOperation | undefined;
}

export async function readHead(repository: Repository): Promise<Head> {
  const [commit, operation] = await Promise.all([headCommit(repository), gitOperation(repository)]);
  return { commit, operation };
}

async function headCommit(repository: Repository): Promise<string | undefined> {
  const { gitDir, commonDir } = repository;
  let text = await readFile(join(gitDir, 'HEAD'), 'utf8').catch(() => '');
  // A symbolic ref may name another one; git gives up after five, too.
  for (let depth = 0; depth < 5; depth++) {
    const name = /^ref: (.+?)\s*$/.exec(text)?.[1];
    if (name === undefined) return /^[0-9a-f]{40,64}(?=\s*$)/.exec(text)?.[0];
    if (name === 'refs/heads/.invalid') return askGit(repository);
    const loose = await readFile(join(commonDir, name), 'utf8').catch(() => undefined);
    if (loose === undefined) return packedRef(commonDir, name);
    text = loose;
  }
  return askGit(repository);
}

async function packedRef(commonDir: string, name: string): Promise<string | undefined> {
  const packed = await readFile(join(commonDir, 'packed-refs'), 'utf8').catch(() => '');
  const end = packed.indexOf(` ${name}\n`);
  if (end < 0) return undefined;
  return /^[0-9a-f]{40,64}$/.exec(packed.slice(packed.lastIndexOf('\n', end - 1) + 1, end))?.[0];
}

/** Refs kept in another format (reftable) stand behind a HEAD that names no branch. */
async function askGit(repository: Repository): Promise<string | undefined> {
  const { exitCode, stdout } = await runGit({ repository }, ['rev-parse', '--verify', '--quiet', 'HEAD'], {
    tolerant: true,
  });
  return exitCode === 0 ? stdout.toString('latin1').trim() : undefined;
}

/** Source: git's `wt-status.c`, `wt_status_get_state`. */
async function gitOperation({ gitDir }: Repository): Promise<GitOperation | undefined> {
  const there = await Promise.all(signs.map(([sign]) => exists(join(gitDir, sign))));
  return signs[there.indexOf(true)]?.[1];
}

const signs: readonly (readonly [string, GitOperation])[] = [
  ['rebase-merge', 'rebase'],
  [join('rebase-apply', 'applying'), 'am'],
  ['rebase-apply', 'rebase'],
  ['BISECT_LOG', 'bisect'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
];

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
