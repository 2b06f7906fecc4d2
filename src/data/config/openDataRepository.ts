/** Finds the data repository around a folder and reads its configuration. Starts no process in the usual case. */
import { lstat, realpath, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { findRepository } from '../../git/findRepository.ts';
import type { DataRepository, DataSettings, LinkType } from '../dataRepository.ts';
import { configInvalid } from './errors.ts';
import { loadConfig, type ConfigOptions, type LoadedConfig } from './loadConfig.ts';
import type { ConfigValue } from './parseConfigFile.ts';
import { refuseLinkedFolders } from './refuseLinkedFolders.ts';
import { remoteSettings } from './remoteSettings.ts';

/**
 * The nearest folder at or above `folder` that holds `.dvc`, or undefined where there is none. Rejects with
 * `data-config-invalid` (file and line) where a configuration cannot be read, and with `data-folder-is-link`.
 */
export async function openDataRepository(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<DataRepository | undefined> {
  const root = await findDataRoot(folder);
  if (root === undefined) return undefined;
  const settings = dataSettings(root, await loadConfig(root, environment));
  const git = settings.noScm ? undefined : await findRepository(root, environment);
  await refuseLinkedFolders({ root, settings }, git, environment);
  return {
    root,
    ...(git === undefined ? {} : { gitRoot: git.root }),
    stateFolder: join(root, '.dvc', 'tmp', 'lockstep'),
    settings,
  };
}

/** Absolute, real path of the folder that holds `.dvc`. */
export async function findDataRoot(folder: string): Promise<string | undefined> {
  const start = await realpath(folder).catch(() => resolve(folder));
  for (let at = start; ; at = dirname(at)) {
    const data = join(at, '.dvc');
    // A link to nothing counts, too: it is refused later, not taken for room to begin in.
    const found = await stat(data).catch(() => lstat(data).catch(() => undefined));
    if (found?.isDirectory() === true || found?.isSymbolicLink() === true) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** `root` is the folder that holds `.dvc`, or would: relative places are told from there. */
export function dataSettings(root: string, config: LoadedConfig): DataSettings {
  const core = config.sections.get('core') ?? new Map<string, ConfigValue>();
  const cache = config.sections.get('cache') ?? new Map<string, ConfigValue>();
  const remotes = remoteSettings(config.remotes);
  const checksumJobs = positiveInteger(core.get('checksum_jobs'));
  const defaultRemote = text(core, 'remote')?.toLowerCase();
  return {
    cacheFolder: cacheFolder(root, cache, config),
    linkTypes: linkTypes(root, cache.get('type')),
    sharedWithGroup: text(cache, 'shared')?.toLowerCase() === 'group',
    autostage: isTrue(core, 'autostage'),
    hardlinkLock: isTrue(core, 'hardlink_lock'),
    noScm: isTrue(core, 'no_scm'),
    ...(checksumJobs === undefined
      ? {}
      : { checksumJobs: Math.min(checksumJobs, 4 * availableParallelism()) }),
    ...(defaultRemote === undefined || defaultRemote === '' ? {} : { defaultRemote }),
    remotes,
  };
}

/** `cache.local`, obsolete, names a remote that is the cache. */
function cacheFolder(root: string, cache: ConfigOptions, config: LoadedConfig): string {
  const local = text(cache, 'local');
  const url = local === undefined ? undefined : config.remotes.get(local.toLowerCase())?.get('url');
  if (typeof url === 'string' && !/^\w+:\/\//.test(url)) return url;
  return text(cache, 'dir') ?? join(root, '.dvc', 'cache');
}

const knownLinkTypes: readonly LinkType[] = ['reflink', 'hardlink', 'symlink', 'copy'];

function linkTypes(root: string, value: ConfigValue | undefined): readonly LinkType[] {
  if (value === undefined) return ['reflink', 'copy'];
  const words = (typeof value === 'string' ? value.split(',') : value).map(word => word.trim());
  return words.map(word => {
    const known = knownLinkTypes.find(type => type === word);
    if (known === undefined)
      throw configInvalid(
        join(root, '.dvc', 'config'),
        `cache.type is ${JSON.stringify(word)}; known are ${knownLinkTypes.join(', ')}`,
      );
    return known;
  });
}

function text(options: ConfigOptions, name: string): string | undefined {
  const value = options.get(name);
  return typeof value === 'string' ? value : undefined;
}

function isTrue(options: ConfigOptions, name: string): boolean {
  return text(options, name)?.toLowerCase() === 'true';
}

function positiveInteger(value: ConfigValue | undefined): number | undefined {
  const number = typeof value === 'string' && /^\s*\+?\d+\s*$/.test(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(number) && number >= 1 ? number : undefined;
}
