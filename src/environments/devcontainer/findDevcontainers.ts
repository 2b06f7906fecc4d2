/** Where a project keeps its devcontainer configurations, by the three places of the specification. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Resolves with paths relative to `root`, forward slashes: `.devcontainer/devcontainer.json` first, then
 * `.devcontainer.json`, then `.devcontainer/<name>/devcontainer.json` by name. Several mean a choice.
 */
export async function findDevcontainers(root: string): Promise<string[]> {
  const folders = await readdir(join(root, '.devcontainer'), { withFileTypes: true }).catch(() => []);
  const candidates = [
    '.devcontainer/devcontainer.json',
    '.devcontainer.json',
    ...folders
      .filter(entry => entry.isDirectory() || entry.isSymbolicLink())
      .map(entry => `.devcontainer/${entry.name}/devcontainer.json`)
      .sort(),
  ];
  const there = await Promise.all(candidates.map(path => isFile(join(root, path))));
  return candidates.filter((_, index) => there[index]);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}
