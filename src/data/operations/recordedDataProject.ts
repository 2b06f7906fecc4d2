/**
 * The data of a recorded state of the code, seen from a working tree that may have another branch checked out: which
 * repositories there are and what remotes they have says the recorded configuration, while the cache is the working
 * tree's. Where both describe a remote of one name, the working tree's word is newer.
 */
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from '../config/loadConfig.ts';
import { dataSettings, openDataRepository } from '../config/openDataRepository.ts';
import type { DataRepository, DataSettings } from '../dataRepository.ts';
import type { DataProject } from './dataProject.ts';

/**
 * @param configs Texts of recorded `.dvc/config` files by the folder that holds `.dvc`, relative to the root of git; `''`
 *   is the root itself.
 * @param freshCache Serves the repositories that the working tree has no folder `.dvc` of and whose configuration names
 *   no cache.
 * Rejects with `data-config-invalid`.
 */
export async function withRecordedConfigs(
  project: DataProject,
  configs: ReadonlyMap<string, string>,
  freshCache?: string,
): Promise<DataProject> {
  const repositories = new Map(project.repositories.map(one => [one.root, one]));
  for (const [folder, text] of configs) {
    const root = join(project.root, folder);
    const here = repositories.get(root) ?? (await openedThere(root, project.environment));
    const recorded = dataSettings(root, await loadConfig(root, project.environment, text));
    repositories.set(root, {
      root,
      ...(project.git === undefined ? {} : { gitRoot: project.git.root }),
      stateFolder: here?.stateFolder ?? join(root, '.dvc', 'tmp', 'lockstep'),
      settings: here === undefined ? cachedIn(recorded, root, freshCache) : joined(here.settings, recorded),
    });
  }
  return {
    ...project,
    repositories: [...repositories.values()].sort((one, other) => (one.root < other.root ? -1 : 1)),
  };
}

/** The recorded configurations that could concern these paths and that `exists` tells are there, by folder. */
export function findRecordedConfigs(
  paths: readonly string[],
  exists: (path: string) => boolean,
): ReadonlyMap<string, string> {
  return new Map([...possibleConfigs(paths)].filter(([, path]) => exists(path)));
}

/** Where a configuration of data could lie, by the folder that would hold `.dvc`. */
export function possibleConfigs(paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map([['', '.dvc/config']]);
  for (const path of paths)
    for (let folder = dirname(path); folder !== '.' && folder !== '/'; folder = dirname(folder))
      found.set(folder, `${folder}/.dvc/config`);
  return found;
}

/** A branch without the configuration leaves `.dvc` with cache and `config.local` where it was. */
async function openedThere(
  root: string,
  environment: NodeJS.ProcessEnv,
): Promise<DataRepository | undefined> {
  if (lstatSync(join(root, '.dvc'), { throwIfNoEntry: false }) === undefined) return undefined;
  return openDataRepository(root, environment);
}

function cachedIn(recorded: DataSettings, root: string, cache: string | undefined): DataSettings {
  const isDefault = recorded.cacheFolder === join(root, '.dvc', 'cache');
  return cache !== undefined && isDefault ? { ...recorded, cacheFolder: cache } : recorded;
}

function joined(here: DataSettings, recorded: DataSettings): DataSettings {
  const names = new Set(here.remotes.map(one => one.name.toLowerCase()));
  const defaultRemote = recorded.defaultRemote ?? here.defaultRemote;
  return {
    ...here,
    ...(defaultRemote === undefined ? {} : { defaultRemote }),
    remotes: [...here.remotes, ...recorded.remotes.filter(one => !names.has(one.name.toLowerCase()))],
  };
}
