/**
 * Lists the Python packages that a program could import, by reading what installers leave beside them (`*.dist-info`,
 * `*.egg-info`, `*.egg-link`). Nothing of the environment is ever imported or run.
 */
import { open, readdir, readFile, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { errorText } from '../../base/systemError.ts';
import type { Package } from '../../runs/captured.ts';
import { captured, unknown, type Known } from '../../runs/known.ts';
import { readEditableFolders } from './editableFolders.ts';
import { findPackageFolders, type PackageQuestion } from './packageFolders.ts';
import { stripCredentials } from '../../base/secretText.ts';

/** Sorted by name; of a package that several folders hold, the one that is imported. Rejects only when aborted. */
export async function capturePackages(question: PackageQuestion): Promise<Known<Package[]>> {
  try {
    const folders = await findPackageFolders(question);
    if (folders.length === 0) return unknown('no folder with packages was found');
    return captured(await listPackages(folders));
  } catch (error) {
    question.signal?.throwIfAborted();
    return unknown(`the packages could not be listed: ${errorText(error)}`);
  }
}

/** @param folders In the order of sys.path: the first one that holds a package wins. Missing folders are empty. */
export async function listPackages(folders: readonly string[]): Promise<Package[]> {
  const perFolder = await Promise.all(folders.map(packagesIn));
  const packages = new Map<string, Package>();
  for (const found of perFolder)
    for (const each of found) {
      const key = each.name.toLowerCase().replaceAll(/[-_.]+/g, '-');
      if (!packages.has(key)) packages.set(key, each);
    }
  return [...packages.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

async function packagesIn(folder: string): Promise<Package[]> {
  const names = await readdir(folder).catch(() => []);
  const editable = await readEditableFolders(folder, names);
  const found = await Promise.all(
    names
      // pip leaves "~name" behind when an uninstall was interrupted.
      .filter(name => !name.startsWith('~'))
      .map(async name => {
        if (name.endsWith('.dist-info')) return distInfo(join(folder, name), name, editable);
        if (name.endsWith('.egg-info')) return eggInfo(join(folder, name), name);
        if (name.endsWith('.egg')) return eggInfo(join(folder, name, 'EGG-INFO'), name);
        if (name.endsWith('.egg-link')) return eggLink(join(folder, name), name);
        return undefined;
      }),
  );
  return found.filter(each => each !== undefined);
}

async function distInfo(
  path: string,
  name: string,
  editable: ReadonlyMap<string, readonly string[]>,
): Promise<Package | undefined> {
  const known =
    (await readHeader(join(path, 'METADATA'))) ?? nameAndVersion(name.slice(0, -'.dist-info'.length));
  if (known === undefined) return undefined;
  const direct = await readDirectUrl(join(path, 'direct_url.json'));
  return direct === undefined ? known : { ...known, ...describeDirect(direct, known.name, editable) };
}

const directUrlSchema = z.looseObject({
  url: z.string(),
  subdirectory: z.string().optional(),
  dir_info: z.looseObject({ editable: z.boolean().optional() }).optional(),
  vcs_info: z.looseObject({ commit_id: z.string().optional() }).optional(),
});

async function readDirectUrl(path: string): Promise<z.infer<typeof directUrlSchema> | undefined> {
  try {
    return directUrlSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function describeDirect(
  direct: z.infer<typeof directUrlSchema>,
  name: string,
  editable: ReadonlyMap<string, readonly string[]>,
): Partial<Package> {
  const commit = direct.vcs_info?.commit_id;
  const url = stripCredentials(direct.url) + (commit === undefined ? '' : `@${commit}`);
  if (direct.dir_info?.editable !== true) return { url };
  const project = folderOfUrl(direct.url, direct.subdirectory);
  const key = name.toLowerCase().replaceAll(/[-_.]+/g, '_');
  // A .pth file may be named otherwise: then what it leads to lies within the project.
  const folders =
    editable.get(key) ??
    [...editable.values()]
      .flat()
      .filter(path => project !== undefined && (path === project || path.startsWith(project + sep)));
  const location = folders[0] ?? project;
  return { url, editable: true, ...(location === undefined ? {} : { location }) };
}

function folderOfUrl(url: string, subdirectory = ''): string | undefined {
  try {
    return resolve(fileURLToPath(url), subdirectory);
  } catch {
    return undefined;
  }
}

async function eggInfo(path: string, name: string): Promise<Package | undefined> {
  // A folder with PKG-INFO, or (distutils) the file itself.
  const header = (await readHeader(join(path, 'PKG-INFO'))) ?? (await readHeader(path));
  return header ?? nameAndVersion(name.replace(/\.egg(?:-info)?$/, '').replace(/-py\d[\d.]*$/, ''));
}

/** `setup.py develop`: the file names the folder that holds the code and its `*.egg-info`. */
async function eggLink(path: string, fileName: string): Promise<Package | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [first = '', second = ''] = text.split('\n').map(line => line.trim());
  if (first === '') return undefined;
  const location = resolve(dirname(path), first);
  const project = resolve(location, second === '' ? '.' : second);
  const name = fileName.slice(0, -'.egg-link'.length);
  const folders = await readdir(location).catch(() => []);
  const own = folders.find(
    entry => entry.toLowerCase() === `${name.replaceAll('-', '_').toLowerCase()}.egg-info`,
  );
  const header = own === undefined ? undefined : await readHeader(join(location, own, 'PKG-INFO'));
  return { ...(header ?? { name, version: 'unknown' }), editable: true, location, url: `file://${project}` };
}

const headerBytes = 4096;

/** Name and version from the first lines of METADATA or PKG-INFO. */
async function readHeader(path: string): Promise<{ name: string; version: string } | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    const name = /^Name:[ \t]*(\S+)/m.exec(text)?.[1];
    const version = /^Version:[ \t]*(\S+)/m.exec(text)?.[1];
    return name === undefined || version === undefined ? undefined : { name, version };
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

function nameAndVersion(text: string): { name: string; version: string } | undefined {
  const [, name, version] = /^(.+?)-(\d[^-]*)$/.exec(text) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}
