/**
 * Copies a template into a project by the rules of `devcontainer templates apply`, for folders on this machine.
 * Invariant: all files are written or none; nothing that is there is replaced without `force`, and then a copy of it
 * is kept, out of the project; nothing is written outside the project, through links neither.
 */
import { copyFile, lstat, mkdir, readdir, readFile, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import { systemErrorCode } from '../../base/systemError.ts';
import { filesInTheWay, pathLeavesProject, templateBroken } from './errors.ts';
import { substituteOptions } from './substituteOptions.ts';
import { templateSchema } from './template.ts';
import type { OptionValues } from './template.ts';

export interface ApplyRequest {
  /** Paths of the template that are left out: one file, or `folder/*` for all below a folder. */
  readonly omitPaths?: readonly string[];
  /** Replaces what is in the way, after copies of it were made in this folder (absolute, not yet there). */
  readonly force?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface AppliedTemplate {
  /** Relative to the project, forward slashes, sorted. */
  readonly files: readonly string[];
  /** What was replaced (relative to the project) → where its copy is (absolute). */
  readonly kept: Readonly<Record<string, string>>;
}

/** Files of a template that describe it and are no part of the project, at its top only. */
const describing = new Set(['devcontainer-template.json', 'README.md', 'NOTES.md']);

/**
 * @param folder Of the template. @param options Values; missing ones have the template's defaults.
 * @param target The project's folder. Throws `files-in-the-way`, `path-leaves-project`, `template-broken`.
 */
export async function applyTemplate(
  folder: string,
  options: OptionValues,
  target: string,
  { omitPaths = [], force, signal }: ApplyRequest = {},
): Promise<AppliedTemplate> {
  const values = await withDefaults(folder, options);
  const root = await realpath(target);
  const files: { path: string; content: string }[] = [];
  for (const path of await filesBelow(folder)) {
    signal?.throwIfAborted();
    if (describing.has(path) || isOmitted(path, omitPaths)) continue;
    files.push({ path, content: substituteOptions(await readFile(join(folder, path), 'utf8'), values) });
  }
  const inTheWay: string[] = [];
  for (const { path } of files) {
    const found = await lookAt(root, path);
    if (found === 'folder') throw filesInTheWay([path]);
    if (found === 'file') inTheWay.push(path);
  }
  if (inTheWay.length > 0 && force === undefined) throw filesInTheWay(inTheWay);

  const undo: (() => Promise<void>)[] = [];
  const kept: Record<string, string> = {};
  try {
    if (force !== undefined && inTheWay.length > 0)
      undo.push(() => rm(force, { recursive: true, force: true }));
    for (const path of force === undefined ? [] : inTheWay) {
      const copy = join(force ?? '', path);
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(join(root, path), copy);
      kept[path] = copy;
      undo.push(() => copyFile(copy, join(root, path)));
    }
    for (const { path, content } of files) {
      signal?.throwIfAborted();
      const place = join(root, path);
      const made = await makeFolders(root, dirname(place));
      undo.push(...made.map(one => () => rmdir(one)));
      await writeFileAtomic(place, content);
      if (!inTheWay.includes(path)) undo.push(() => rm(place, { force: true }));
    }
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => undefined);
    throw error;
  }
  return { files: files.map(({ path }) => path), kept };
}

/** `folder/*` and `folder/` leave out all below; anything else is one path. */
function isOmitted(path: string, omitPaths: readonly string[]): boolean {
  return omitPaths.some(pattern => {
    const plain = pattern.replace(/^\.\//, '');
    if (plain.endsWith('/*')) return path.startsWith(plain.slice(0, -1));
    return path === plain;
  });
}

async function withDefaults(folder: string, options: OptionValues): Promise<OptionValues> {
  const text = await readFile(join(folder, 'devcontainer-template.json'), 'utf8').catch((error: unknown) => {
    throw templateBroken(folder, String(error));
  });
  let template;
  try {
    template = templateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw templateBroken(folder, `devcontainer-template.json: ${String(error).split('\n')[0] ?? ''}`);
  }
  const defaults = Object.entries(template.options).map(([name, option]) => [name, option.default]);
  return { ...(Object.fromEntries(defaults) as OptionValues), ...options };
}

/** Relative, forward slashes, sorted; links in a template are refused. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files: string[] = [];
  for (const entry of entries) {
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (entry.isFile()) files.push(path);
    else if (!entry.isDirectory()) throw templateBroken(folder, `${path} is neither a file nor a folder`);
  }
  return files.sort();
}

/** What is at `path`; throws where a part of it is a link or no folder. */
async function lookAt(root: string, path: string): Promise<'file' | 'folder' | 'nothing'> {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length += 1) {
    const part = parts.slice(0, length).join('/');
    const found = await lstat(join(root, part)).catch((error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) return 'nothing';
    if (found.isSymbolicLink()) throw pathLeavesProject(part);
    if (length === parts.length) return found.isDirectory() ? 'folder' : 'file';
    if (!found.isDirectory()) throw filesInTheWay([part]);
  }
  return 'nothing';
}

/** @returns The folders that were not there, outermost first. */
async function makeFolders(root: string, folder: string): Promise<string[]> {
  const made: string[] = [];
  for (let at = folder; at !== root; at = dirname(at)) {
    if (
      await stat(at).then(
        () => true,
        () => false,
      )
    )
      break;
    made.unshift(at);
  }
  await mkdir(folder, { recursive: true });
  return made;
}
