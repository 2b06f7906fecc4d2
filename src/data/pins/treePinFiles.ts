/**
 * Finds and reads the pin files of a working tree: not below folders that are pinned themselves, or that git or
 * `.dvcignore` leave out. Source: dvc `repo/index.py` (`collect_files`).
 */
import { readdirSync, type Dirent } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { DataRepository } from '../dataRepository.ts';
import { createDvcIgnore } from '../ignore/dvcIgnore.ts';
import { gitExcludeFiles } from '../ignore/gitExcludeFiles.ts';
import { createGitIgnoreRules } from '../ignore/gitIgnoreRules.ts';
import { openPinCache } from './pinCache.ts';
import { readPinFileOnDisk } from './readPinFileOnDisk.ts';
import type { PinFileContent } from './readPinFile.ts';

/** The walk gives way to whatever else the process does after this many milliseconds. */
const breathMs = 10;

export async function treePinFiles(
  repository: DataRepository,
  signal: AbortSignal | undefined,
): Promise<readonly PinFileContent[]> {
  const cache = await openPinCache(repository.stateFolder);
  const isLeftOut = leftOut(repository);
  const contents: PinFileContent[] = [];
  const pinned = new Set<string>();
  const folders = [''];
  let breath = performance.now();
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const prefix = folder === '' ? '' : `${folder}/`;
    const inside: string[] = [];
    for (const entry of entriesOf(join(repository.root, folder))) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) inside.push(path);
      else if (isPinFileName(entry.name) && !isLeftOut(path, false)) {
        const content = readPinFileOnDisk(repository.root, path, cache);
        if (content === undefined) continue;
        contents.push(content);
        for (const output of content.outputs) pinned.add(output.path);
      }
      if (performance.now() - breath < breathMs) continue;
      await new Promise(resume => setImmediate(resume));
      signal?.throwIfAborted();
      breath = performance.now();
    }
    for (const path of inside) if (!pinned.has(path) && !isLeftOut(path, true)) folders.push(path);
  }
  await cache.save();
  return contents;
}

export function isPinFileName(name: string): boolean {
  return (name.endsWith('.dvc') && name !== '.dvc') || name === 'dvc.yaml';
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Gone meanwhile, or not ours to read: nothing is pinned there.
    return [];
  }
}

function leftOut(repository: DataRepository): (path: string, isFolder: boolean) => boolean {
  const dvc = createDvcIgnore(repository.root);
  const { gitRoot } = repository;
  if (gitRoot === undefined) return (path, isFolder) => dvc.ignores(path, isFolder);
  const git = createGitIgnoreRules(gitRoot, gitExcludeFiles(gitRoot));
  const above = relative(gitRoot, repository.root).split(sep).join('/');
  const prefix = above === '' ? '' : `${above}/`;
  return (path, isFolder) => dvc.ignores(path, isFolder) || git.ignores(`${prefix}${path}`, isFolder);
}
