/** The files of ignore rules that hold for a whole working tree: `info/exclude`, and the person's own. */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { readSmallText } from './readSmallText.ts';
import { statSync } from 'node:fs';

/** Absolute paths, weakest first; files that are not there included. */
export function gitExcludeFiles(
  gitRoot: string,
  environment: NodeJS.ProcessEnv = process.env,
): readonly string[] {
  const home = environment['HOME'] ?? homedir();
  const xdg = environment['XDG_CONFIG_HOME'];
  const userConfig = join(xdg === undefined || xdg === '' ? join(home, '.config') : xdg, 'git');
  const common = gitCommonDir(gitRoot);
  const configs = [join(userConfig, 'config'), join(home, '.gitconfig')];
  if (common !== undefined) configs.push(join(common, 'config'));
  const named = configs.flatMap(path => excludesFileOf(readSmallText(path) ?? '') ?? []).at(-1);
  const own =
    named === undefined
      ? join(userConfig, 'ignore')
      : resolve(
          gitRoot,
          named.replace(/^~(?=\/)/, () => home),
        );
  return common === undefined ? [own] : [own, join(common, 'info', 'exclude')];
}

function excludesFileOf(config: string): string | undefined {
  let inCore = false;
  let found: string | undefined;
  for (const line of config.split('\n')) {
    const section = /^\s*\[\s*([^\]\s"]*)/.exec(line)?.[1];
    if (section !== undefined) inCore = section.toLowerCase() === 'core';
    const value = inCore ? /^\s*excludesfile\s*=\s*(.*?)\s*$/i.exec(line)?.[1] : undefined;
    if (value !== undefined) found = value.replace(/^"(.*)"$/, '$1');
  }
  return found === '' ? undefined : found;
}

function gitCommonDir(gitRoot: string): string | undefined {
  const path = join(gitRoot, '.git');
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return path;
  const target = /^gitdir: (.+)/.exec(readSmallText(path) ?? '')?.[1]?.trimEnd();
  if (target === undefined) return undefined;
  const gitDir = resolve(dirname(path), target);
  const common = readSmallText(join(gitDir, 'commondir'))?.trimEnd();
  return common === undefined ? gitDir : resolve(gitDir, common);
}
