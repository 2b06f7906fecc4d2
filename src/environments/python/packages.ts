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
import { listCondaPackages, mergeConda } from './condaPackages.ts';
import { findPackageFolders, type PackageQuestion } from './packageFolders.ts';
import { normalName } from './packageNames.ts';
import { contentsOf } from './recordFile.ts';
import { stripCredentials } from '../../base/secretText.ts';

export interface CaptureQuestion extends PackageQuestion {
  /** Whether to tell what the installed files are, too: reads one file more of each package. */
  readonly contents?: boolean;
}

/** Sorted by name; of a package that several folders hold, the one that is imported. Rejects only when aborted. */
export async function capturePackages(question: CaptureQuestion): Promise<Known<Package[]>> {
  try {
    const folders = await findPackageFolders(question);
    if (folders.length === 0) return unknown('no folder with packages was found');
    const installed = await listInstalled(folders);
    const packages =
      question.contents === true ? await withContents(installed) : installed.map(one => one.package);
    const { interpreter } = question;
    return captured(
      interpreter === undefined
        ? packages
        : mergeConda(packages, await listCondaPackages(dirname(dirname(interpreter.path)))),
    );
  } catch (error) {
    question.signal?.throwIfAborted();
    return unknown(`the packages could not be listed: ${errorText(error)}`);
  }
}

/** @param folders In the order of sys.path: the first one that holds a package wins. Missing folders are empty. */
export async function listPackages(folders: readonly string[]): Promise<Package[]> {
  return (await listInstalled(folders)).map(one => one.package);
}

export interface InstalledPackage {
  readonly package: Package;
  /** Its `*.dist-info` folder, where it has one. Absolute. */
  readonly info?: string;
}

/** As {@link listPackages}, with the place of each. */
export async function listInstalled(folders: readonly string[]): Promise<InstalledPackage[]> {
  const perFolder = await Promise.all(folders.map(packagesIn));
  const packages = new Map<string, InstalledPackage>();
  for (const found of perFolder)
    for (const each of found) {
      const key = normalName(each.package.name);
      if (!packages.has(key)) packages.set(key, each);
    }
  return [...packages.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

/** The packages with `contents`: the hash of what an installer wrote down of their files, where it did. */
export async function withContents(installed: readonly InstalledPackage[]): Promise<Package[]> {
  const packages: Package[] = [];
  // One after another: nothing waits for it, and the program that ran may still want its disk.
  for (const { package: one, info } of installed) {
    const contents = info === undefined || one.editable === true ? undefined : await contentsOf(info);
    packages.push(contents === undefined ? one : { ...one, contents });
  }
  return packages;
}

async function packagesIn(folder: string): Promise<InstalledPackage[]> {
  const names = await readdir(folder).catch(() => []);
  const editable = await readEditableFolders(folder, names);
  const found = await Promise.all(
    names
      // pip leaves "~name" behind when an uninstall was interrupted.
      .filter(name => !name.startsWith('~'))
      .map(async name => {
        if (name.endsWith('.dist-info')) {
          const info = join(folder, name);
          const known = await distInfo(info, name, editable);
          return known === undefined ? undefined : { package: known, info };
        }
        const known = await oldStyle(folder, name);
        return known === undefined ? undefined : { package: known };
      }),
  );
  return found.filter(each => each !== undefined);
}

async function oldStyle(folder: string, name: string): Promise<Package | undefined> {
  if (name.endsWith('.egg-info')) return eggInfo(join(folder, name), name);
  if (name.endsWith('.egg')) return eggInfo(join(folder, name, 'EGG-INFO'), name);
  if (name.endsWith('.egg-link')) return eggLink(join(folder, name), name);
  return undefined;
}

async function distInfo(
  path: string,
  name: string,
  editable: ReadonlyMap<string, readonly string[]>,
): Promise<Package | undefined> {
  const known =
    (await readHeader(join(path, 'METADATA'))) ?? nameAndVersion(name.slice(0, -'.dist-info'.length));
  if (known === undefined) return undefined;
  const [direct, installer] = await Promise.all([
    readDirectUrl(join(path, 'direct_url.json')),
    readFile(join(path, 'INSTALLER'), 'utf8').catch(() => ''),
  ]);
  return {
    ...known,
    ...(direct === undefined ? {} : describeDirect(direct, known.name, editable)),
    // pip or uv is no matter: both put the same files there.
    ...(installer.trim() === 'conda' ? { installer: 'conda' } : {}),
  };
}

const directUrlSchema = z.looseObject({
  url: z.string(),
  subdirectory: z.string().optional(),
  dir_info: z.looseObject({ editable: z.boolean().optional() }).optional(),
  vcs_info: z.looseObject({ vcs: z.string().optional(), commit_id: z.string().optional() }).optional(),
  archive_info: z
    .looseObject({ hash: z.string().optional(), hashes: z.record(z.string(), z.string()).optional() })
    .optional(),
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
  const { subdirectory } = direct;
  if (direct.dir_info?.editable !== true) {
    const hashes = archiveHashes(direct.archive_info);
    return {
      url,
      ...(commit === undefined ? {} : { vcs: direct.vcs_info?.vcs ?? 'git' }),
      ...(subdirectory === undefined ? {} : { subdirectory }),
      ...(hashes.length === 0 ? {} : { hashes }),
    };
  }
  const project = folderOfUrl(direct.url, direct.subdirectory);
  const key = normalName(name).replaceAll('-', '_');
  // A .pth file may be named otherwise: then what it leads to lies within the project.
  const folders =
    editable.get(key) ??
    [...editable.values()]
      .flat()
      .filter(path => project !== undefined && (path === project || path.startsWith(project + sep)));
  const location = folders[0] ?? project;
  return { url, editable: true, ...(location === undefined ? {} : { location }) };
}

/** `sha256:<hex>`; older installers wrote one `sha256=<hex>`. */
function archiveHashes(archive: z.infer<typeof directUrlSchema>['archive_info']): string[] {
  const named = archive?.hashes?.['sha256'];
  const old = /^sha256=(.+)$/.exec(archive?.hash ?? '')?.[1];
  const hex = named ?? old;
  return hex !== undefined && /^[0-9a-f]{64}$/.test(hex) ? [`sha256:${hex}`] : [];
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
