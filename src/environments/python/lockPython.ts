/** A Python environment as a list for the lock: nothing of this machine's paths, nothing secret, hashes where known. */
import { relative, isAbsolute, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Package } from '../../runs/captured.ts';
import type { LockedPackage, LockedPython } from '../environmentLock.ts';
import { normalName } from './packageNames.ts';
import type { PythonEnvironment } from './pythonEnvironment.ts';

/** Normal name and version → hashes of its archives. */
export type KnownHashes = ReadonlyMap<string, readonly string[]>;

export function hashKey(name: string, version: string): string {
  return `${normalName(name)}==${version}`;
}

/** @param root Of the project: what is installed from it is named relative to it. */
export function lockPython(
  environment: Pick<PythonEnvironment, 'version' | 'implementation' | 'manager' | 'platform' | 'packages'>,
  root: string,
  hashes: KnownHashes = new Map(),
): LockedPython {
  const { version, implementation, manager, platform } = environment;
  return {
    ...{ version, implementation, manager, platform },
    packages: environment.packages.map(one => lockPackage(one, root, hashes)),
  };
}

export function lockPackage(one: Package, root: string, known: KnownHashes = new Map()): LockedPackage {
  const { version, contents, vcs, subdirectory, build, channel, installer } = one;
  const fromIndex = one.url === undefined && installer === undefined;
  const hashes = one.hashes ?? (fromIndex ? known.get(hashKey(one.name, version)) : undefined);
  const url = one.url === undefined ? undefined : fromRoot(one.url, root);
  const location = one.location === undefined ? undefined : placeFromRoot(one.location, root);
  return Object.fromEntries(
    Object.entries({
      name: normalName(one.name),
      ...{ version, contents, vcs, subdirectory, build, channel, installer },
      ...{ hashes: hashes?.length === 0 ? undefined : hashes, url, location },
      editable: one.editable === true ? true : undefined,
    }).filter(([, value]) => value !== undefined),
  ) as LockedPackage;
}

/** `file:` URLs of the project become `file:./…`: the same wherever the repository stands. */
function fromRoot(url: string, root: string): string {
  if (!url.startsWith('file:')) return url;
  try {
    const place = placeFromRoot(fileURLToPath(url), root);
    return place === undefined ? url : `file:./${place}`;
  } catch {
    return url;
  }
}

/** Relative to the root with forward slashes, '' for the root; undefined outside of it. */
function placeFromRoot(path: string, root: string): string | undefined {
  const way = relative(root, path);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return way.split(sep).join('/');
}

/** The other way: a `file:./…` URL of a lock as an absolute one; others as they are. */
export function absoluteUrl(url: string, root: string): string {
  const [, place] = /^file:\.\/(.*)$/.exec(url) ?? [];
  return place === undefined ? url : pathToFileURL(`${root}/${place}`).href;
}
