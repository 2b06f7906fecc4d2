/**
 * The hooks of git that make pinned data follow for those who work without the editor. A hook of somebody else is never
 * overwritten: our lines are added to a shell script only when asked for, and taken out again without a trace.
 */
import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { runCommand } from '../../base/runCommand.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import type { Repository } from '../../git/findRepository.ts';
import { gitEnvironment } from '../../git/gitEnvironment.ts';
import { hookExists, hooksAreTracked } from './errors.ts';

/** After a checkout or clone; after a merge, as `git pull` makes it; after the end of a rebase. */
export const hookNames = ['post-checkout', 'post-merge', 'post-rewrite'] as const;
export type HookName = (typeof hookNames)[number];

export interface HookChange {
  /** Absolute. */
  readonly path: string;
  readonly change: 'created' | 'added' | 'removed' | 'same';
}

/**
 * @param add Put our lines into hooks that others wrote, after their first line. Rejects with `hook-exists` without it,
 *   and with `hooks-are-tracked` where the hooks are part of the code (husky); nothing was written then.
 */
export async function installHooks(
  repository: Repository,
  add: boolean,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<HookChange[]> {
  const folder = await hooksFolder(repository, environment);
  const inside = relative(repository.root, folder);
  const isInGit = !relative(repository.commonDir, folder).startsWith('..');
  if (!isInGit && !inside.startsWith('..') && !isAbsolute(inside))
    throw hooksAreTracked(folder, hookNames.map(ownLine));
  const plans = await Promise.all(hookNames.map(async name => planOf(join(folder, name), name, add)));
  await mkdir(folder, { recursive: true });
  for (const { path, text, change } of plans) {
    if (change === 'same') continue;
    const before = await stat(path).catch(() => undefined);
    await writeFileAtomic(path, text);
    await chmod(path, before === undefined ? 0o755 : before.mode & 0o777);
  }
  return plans.map(({ path, change }) => ({ path, change }));
}

/** Takes our lines out again; a hook of which nothing is left goes. */
export async function removeHooks(
  repository: Repository,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<HookChange[]> {
  const folder = await hooksFolder(repository, environment);
  const changes: HookChange[] = [];
  for (const name of hookNames) {
    const path = join(folder, name);
    const text = await readIfThere(path);
    if (text?.includes(begin) !== true) continue;
    const left = text.replace(ownBlock, '');
    if (/^(#![^\n]*\n?)?\s*$/.test(left)) await rm(path);
    else {
      const { mode } = await stat(path);
      await writeFileAtomic(path, left);
      await chmod(path, mode & 0o777);
    }
    changes.push({ path, change: 'removed' });
  }
  return changes;
}

/** `core.hooksPath`, relative to where hooks run, else the hooks of the repository, which all working trees share. */
async function hooksFolder(repository: Repository, environment: NodeJS.ProcessEnv): Promise<string> {
  // Asked without our own settings: every other call of ours switches hooks off by this very name.
  const { exitCode, stdout } = await runCommand({
    ...{ program: 'git', args: ['config', '--includes', '--path', '--get', 'core.hooksPath'] },
    ...{ cwd: repository.root, env: gitEnvironment(environment) },
  });
  const set = exitCode === 0 ? stdout.toString('utf8').trimEnd() : '';
  return set === '' ? join(repository.commonDir, 'hooks') : resolve(repository.root, set);
}

async function planOf(
  path: string,
  name: HookName,
  add: boolean,
): Promise<{ path: string; text: string; change: HookChange['change'] }> {
  const text = await readIfThere(path);
  if (text === undefined) return { path, text: `#!/bin/sh\n${blockOf(name)}`, change: 'created' };
  if (text.includes(begin)) {
    const renewed = text.replace(ownBlock, blockOf(name));
    return { path, text: renewed, change: renewed === text ? 'same' : 'added' };
  }
  const firstLine = /^#!.*\b(?:sh|bash|dash|zsh|ksh)\b[^\n]*\n/.exec(text)?.[0];
  if (!add || firstLine === undefined) throw hookExists(path, ownLine(name), firstLine !== undefined);
  // Before the rest: what stands there may end the script.
  return { path, text: firstLine + blockOf(name) + text.slice(firstLine.length), change: 'added' };
}

const begin = '# >>> lockstep';
const end = '# <<< lockstep';
const ownBlock = /^# >>> lockstep[^]*?^# <<< lockstep[^\n]*\n?/m;

function blockOf(name: HookName): string {
  return `${begin}: pinned data follows the commit (lockstep data hook remove takes this out)\n${ownLine(name)}\n${end}\n`;
}

/** A checkout of single files moves no commit; whatever goes wrong, git's own command has not failed. */
function ownLine(name: HookName): string {
  const guard = name === 'post-checkout' ? '[ "${3-1}" = 0 ] || ' : '';
  return `${guard}! command -v lockstep >/dev/null 2>&1 || lockstep data hook run ${name} "$@" </dev/null || :`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
