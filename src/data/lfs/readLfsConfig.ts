/**
 * `.lfsconfig`: settings that travel with the code. Whoever can commit can write it, so only names that git-lfs
 * calls safe count, and never one that would start a program or name a folder of this machine.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit, type GitContext } from '../../git/runGit.ts';

/** Of the working tree, else of the index, else of HEAD: as git-lfs looks. Empty when there is none or it is damaged. */
export async function readLfsConfig(context: GitContext): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(context.repository.root, '.lfsconfig')).catch(() => undefined);
  if (text !== undefined) return parse(context, ['--file', '-'], text);
  for (const blob of [':.lfsconfig', 'HEAD:.lfsconfig']) {
    const settings = await parse(context, ['--blob', blob]);
    if (settings.size > 0) return settings;
  }
  return new Map();
}

async function parse(
  context: GitContext,
  source: readonly string[],
  input?: Buffer,
): Promise<ReadonlyMap<string, string>> {
  const { exitCode, stdout } = await runGit(context, ['config', ...source, '--no-includes', '--list', '-z'], {
    tolerant: true,
    ...(input === undefined ? {} : { input }),
  });
  const settings = new Map<string, string>();
  if (exitCode !== 0) return settings;
  for (const entry of stdout.toString('utf8').split('\0')) {
    const lineEnd = entry.indexOf('\n');
    if (lineEnd < 0) continue;
    const name = entry.slice(0, lineEnd);
    const value = entry.slice(lineEnd + 1);
    if (isSafe(name) && (!/url$/.test(name) || isRemoteUrl(value))) settings.set(name, value);
  }
  return settings;
}

/** Source: git-lfs `config/git_fetcher.go`, `safeKeys` and the keys that it handles beside them. */
function isSafe(name: string): boolean {
  return (
    safeNames.has(name) ||
    /^remote\..+\.lfs(push)?url$/s.test(name) ||
    /^lfs\.https?:.+\.(access|locksverify)$/s.test(name)
  );
}

const safeNames = new Set([
  'lfs.allowincompletepush',
  'lfs.fetchexclude',
  'lfs.fetchinclude',
  'lfs.gitprotocol',
  'lfs.locksverify',
  'lfs.pushurl',
  'lfs.skipdownloaderrors',
  'lfs.url',
]);

/** A folder of this machine, or an address that a program would take for an option, is nobody's to commit. */
function isRemoteUrl(url: string): boolean {
  return /^(https?|ssh|git\+ssh|ssh\+git):\/\/[^-]/i.test(url) || /^[\w.-]+@?[\w.-]*:(?!\/\/)[^:]/.test(url);
}
