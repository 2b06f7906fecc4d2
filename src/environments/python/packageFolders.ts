/** Finds the folders that an interpreter takes packages from, in their order, without starting it where files tell. */
import { readdir } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { readEnvironmentConfig } from './environmentConfig.ts';
import { probePython } from './pythonProbe.ts';

export interface PackageQuestion {
  /** As found before the start; absent when the command is not known to be Python. */
  readonly interpreter?: { readonly path: string } | undefined;
  /** sys.path as the program itself saw it at its start; better than anything worked out from outside. */
  readonly seenPath?: readonly string[] | undefined;
  /** The environment of the command: PYTHONPATH and PYTHONNOUSERSITE matter. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The user's cache folder for interpreter facts. */
  readonly cacheDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Absolute folders; some may not exist. Rejects when the interpreter has to be asked and does not answer. */
export async function findPackageFolders(question: PackageQuestion): Promise<string[]> {
  const { seenPath, interpreter, variables } = question;
  if (seenPath !== undefined && seenPath.length > 0)
    return unique(seenPath.filter(path => !path.endsWith('.zip')));
  if (interpreter === undefined) return [];
  const own = (variables['PYTHONPATH'] ?? '').split(delimiter).filter(path => isAbsolute(path));
  const config = await readEnvironmentConfig(interpreter.path);
  if (config === undefined) {
    const facts = await probePython(interpreter.path, question);
    const user = variables['PYTHONNOUSERSITE'] === undefined && facts.user !== null ? [facts.user] : [];
    return unique([...own, ...user, ...facts.sites]);
  }
  const folders = [...own, ...(await environmentFolders(config.prefix))];
  if (config.values.get('include-system-site-packages')?.toLowerCase() === 'true') {
    const facts = await probePython(interpreter.path, question);
    folders.push(...facts.sites);
  }
  return unique(folders);
}

async function environmentFolders(prefix: string): Promise<string[]> {
  if (process.platform === 'win32') return [join(prefix, 'Lib', 'site-packages')];
  const found: string[] = [];
  for (const lib of ['lib', 'lib64'])
    for (const name of await readdir(join(prefix, lib)).catch(() => []))
      if (/^(?:python|pypy)\d/.test(name)) found.push(join(prefix, lib, name, 'site-packages'));
  return found;
}

function unique(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}
