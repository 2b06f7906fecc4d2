/**
 * Keeps git away from pinned files: the `/name` lines that DVC writes into the `.gitignore` beside each of them.
 * Source: scmrepo `git/__init__.py` (`ignore`, `ignore_remove`), pathspec 1 `escape`.
 */
import { unlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { DataRepository } from '../dataRepository.ts';
import { gitExcludeFiles } from '../ignore/gitExcludeFiles.ts';
import { createGitIgnoreRules } from '../ignore/gitIgnoreRules.ts';
import { readForWriting, replaceFile } from './pinFilePlace.ts';

/** Adds a line for each of `paths` (outputs, relative to the data root) that git does not ignore yet. Resolves with the `.gitignore` files that changed, relative to the data root. */
export async function addGitIgnores(
  repository: DataRepository,
  paths: readonly string[],
): Promise<readonly string[]> {
  return [...new Set((await addGitIgnoreLines(repository, paths)).values())];
}

/** As `addGitIgnores`; resolves with the paths that got a line, each with its `.gitignore`. */
export async function addGitIgnoreLines(
  repository: DataRepository,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { gitRoot, root } = repository;
  const added = new Map<string, string>();
  if (gitRoot === undefined) return added;
  const rules = createGitIgnoreRules(gitRoot, gitExcludeFiles(gitRoot));
  const above = relative(gitRoot, root).split(sep).join('/');
  // As DVC asks: of a folder too without the final slash, so that `/data/` alone does not count.
  const wanted = paths.filter(path => !rules.ignores(above === '' ? path : `${above}/${path}`, false));
  await changeFiles(root, wanted, (text, names, file) => {
    let changed = text ?? '';
    const lines = new Set(changed.split(/(?<=\n)/));
    for (const name of names) {
      const line = `${gitIgnoreLine(name)}\n`;
      if (changed !== '' && !changed.endsWith('\n')) changed += `\n${line}`;
      else if (lines.has(line)) continue;
      else changed += line;
      lines.add(line);
      added.set(file.slice(0, -'.gitignore'.length) + name, file);
    }
    return changed;
  });
  return added;
}

/** Removes the lines of `paths`; a `.gitignore` that becomes empty is deleted. */
export async function removeGitIgnores(
  repository: DataRepository,
  paths: readonly string[],
): Promise<readonly string[]> {
  if (repository.gitRoot === undefined) return [];
  return changeFiles(repository.root, paths, (text, names) => {
    const lines = new Set(names.flatMap(name => [`/${name}`.trim(), gitIgnoreLine(name).trim()]));
    return (text ?? '')
      .split(/(?<=\n)/)
      .filter(line => !lines.has(line.trim()))
      .join('');
  });
}

/** What git and DVC give a meaning is escaped; a blank or a line break at the end is not, in DVC neither. */
export function gitIgnoreLine(name: string): string {
  return `/${name.replace(/[\\[\]!*#?]/g, '\\$&')}`;
}

async function changeFiles(
  root: string,
  paths: readonly string[],
  change: (text: string | undefined, names: readonly string[], file: string) => string,
): Promise<string[]> {
  const byFile = new Map<string, string[]>();
  for (const path of paths) {
    const slash = path.lastIndexOf('/');
    const file = `${path.slice(0, slash + 1)}.gitignore`;
    const names = byFile.get(file);
    if (names === undefined) byFile.set(file, [path.slice(slash + 1)]);
    else names.push(path.slice(slash + 1));
  }
  const changed: string[] = [];
  for (const [file, names] of byFile) {
    const old = await readForWriting(root, file);
    const text = change(old, names, file);
    if (text === (old ?? '')) continue;
    if (text === '') await unlink(join(root, file));
    else await replaceFile(root, file, text);
    changed.push(file);
  }
  return changed;
}
