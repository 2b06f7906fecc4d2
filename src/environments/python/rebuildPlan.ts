/**
 * What it takes to have the packages of a list once more: requirements for pip or uv, addresses for conda, folders of
 * the project, and what cannot be had. Lists are committed by people and travel with runs, so every word of a
 * requirement is checked: a package is never an option of the installer.
 */
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LockedPackage, LockedPython } from '../environmentLock.ts';
import { absoluteUrl } from './lockPython.ts';
import { isPackageName, isPackageVersion } from './packageNames.ts';

export interface Requirement {
  readonly package: LockedPackage;
  /** One line of a requirements file, hashes included. */
  readonly line: string;
  readonly hashed: boolean;
}

export interface RebuildPlan {
  readonly requirements: readonly Requirement[];
  /** conda packages: `https://…/linux-64/numpy-1.26.4-py311h64a7726_0.conda#<md5>`. */
  readonly conda: readonly string[];
  /** Folders of the project that hold editable packages, absolute: they go on PYTHONPATH. */
  readonly folders: readonly string[];
  readonly impossible: readonly { readonly name: string; readonly why: string }[];
}

/** @param root Of the project: editable packages from within it are its code. */
export function planRebuild(python: LockedPython, root: string): RebuildPlan {
  const requirements: Requirement[] = [];
  const conda: string[] = [];
  const folders: string[] = [];
  const impossible: { name: string; why: string }[] = [];
  const managed = python.packages.some(isConda);
  for (const one of python.packages) {
    const refuse = (why: string): number => impossible.push({ name: one.name, why });
    if (isConda(one)) {
      const address = condaAddress(one);
      if (address !== undefined) conda.push(address);
      // A Python package that conda brought along under a name of its own: it comes with that one.
      else if (!(managed && one.build === undefined && one.contents !== undefined))
        refuse('is a conda package whose address is not known');
    } else if (!isPackageName(one.name)) refuse('is no name of a package');
    else if (one.editable === true) {
      const folder = folderWithin(one, root);
      if (folder === undefined) refuse('is an editable install of a folder outside the project');
      else folders.push(folder);
    } else {
      const found = requirementOf(one, root);
      if ('why' in found) refuse(found.why);
      else requirements.push(found);
    }
  }
  return { requirements, conda, folders, impossible };
}

function isConda(one: LockedPackage): boolean {
  return one.installer === 'conda';
}

function condaAddress(one: LockedPackage): string | undefined {
  if (one.url === undefined || !/^https?:\/\/[^\s#]+\.(?:conda|tar\.bz2)$/.test(one.url)) return undefined;
  const md5 = one.hashes?.find(hash => /^md5:[0-9a-f]{32}$/.test(hash))?.slice('md5:'.length);
  return md5 === undefined ? one.url : `${one.url}#${md5}`;
}

/** Where imports of an editable package come from, where that lies in the project. */
function folderWithin(one: LockedPackage, root: string): string | undefined {
  const { location } = one;
  if (location !== undefined)
    return isAbsolute(location) ? within(location, root) : within(join(root, location), root);
  const path = one.url === undefined ? undefined : pathOf(one.url, root);
  return path === undefined ? undefined : within(path, root);
}

function within(path: string, root: string): string | undefined {
  const way = relative(root, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : path;
}

function requirementOf(one: LockedPackage, root: string): Requirement | { readonly why: string } {
  const hashes = (one.hashes ?? []).filter(hash => /^sha256:[0-9a-f]{64}$/.test(hash));
  const options = hashes.map(hash => ` --hash=${hash}`).join('');
  if (one.url === undefined) {
    if (!isPackageVersion(one.version))
      return { why: `has no version that can be asked for (${one.version})` };
    return { package: one, line: `${one.name}==${one.version}${options}`, hashed: hashes.length > 0 };
  }
  const url = absoluteUrl(one.url, root);
  if (/[\s;$]/.test(url) || !/^(?:https?|ssh|git|file):/.test(url))
    return { why: `came from ${url}, which cannot be asked for` };
  const part = one.subdirectory !== undefined ? `#subdirectory=${encodeURI(one.subdirectory)}` : '';
  const vcs = one.vcs;
  if (vcs !== undefined) {
    if (!['git', 'hg', 'bzr', 'svn'].includes(vcs)) return { why: `came from version control by ${vcs}` };
    // A commit is a hash already, but not one that installers accept as such.
    return { package: one, line: `${one.name} @ ${vcs}+${url}${part}`, hashed: false };
  }
  if (url.startsWith('file:')) {
    const path = pathOf(url, root);
    if (path === undefined || !existsSync(path))
      return { why: `came from ${url}, which is not there any more` };
    if (!/\.(?:whl|zip|tar\.\w+|tgz)$/.test(path))
      return { why: `was installed from the folder ${path}, whose state then nobody knows` };
  }
  return { package: one, line: `${one.name} @ ${url}${part}${options}`, hashed: hashes.length > 0 };
}

function pathOf(url: string, root: string): string | undefined {
  try {
    return fileURLToPath(absoluteUrl(url, root));
  } catch {
    return undefined;
  }
}
