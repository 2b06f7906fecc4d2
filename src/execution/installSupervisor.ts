/**
 * Copies the supervisor to a place of its own before it is started, named by its content: an update of the extension
 * under a training of three days changes nothing for it, and every version needs one copy.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { isDiskFull } from '../base/isDiskFull.ts';

/** Lies beside the supervisor and goes with it: what observes Python programs. */
const hookFolder = 'pythonHook';

/** What the supervisor loads from beside itself, where the product has it: threads for data, clients of the clouds. */
const companions = ['data-worker.cjs', 'remotes'];

/**
 * Resolves with the absolute path of the installed copy of the bundle `script` (one `.cjs` file). Installed copies are
 * never changed. A script that is no bundle (source files, in development) is used where it lies, and so is a bundle
 * where the cache cannot be written: a run without protection from updates is better than none. What is installed already
 * is found without waiting for anything: a program that is loading its modules comes back to such waits late.
 */
export async function installSupervisor(script: string, cacheFolder: string): Promise<string> {
  if (!script.endsWith('.cjs')) return script;
  const { target, hookFiles } = placeOf(script, cacheFolder);
  const hook = join(dirname(script), hookFolder);
  const installed = join(target, 'supervisor.cjs');
  if (isFile(installed)) return installed;

  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(temporary, { recursive: true });
  } catch {
    return script;
  }
  try {
    await cp(script, join(temporary, 'supervisor.cjs'));
    for (const name of companions) {
      const companion = join(dirname(script), name);
      if (existsSync(companion))
        await cp(companion, join(temporary, name), { recursive: true, filter: path => !isSourceMap(path) });
    }
    if (hookFiles.length > 0) await mkdir(join(temporary, hookFolder));
    for (const name of hookFiles) await cp(join(hook, name), join(temporary, hookFolder, name));
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Hundreds of runs may be started at once: another one was faster.
    if (isFile(installed)) return installed;
    // As where the cache cannot be written: whether there is room for the rest shows soon enough.
    if (isDiskFull(error)) return script;
    throw error;
  }
  return installed;
}

/** Bytes that {@link installSupervisor} has to copy; 0 where it is installed already. */
export function supervisorBytes(script: string, cacheFolder: string): number {
  if (!script.endsWith('.cjs')) return 0;
  const { target, hookFiles } = placeOf(script, cacheFolder);
  if (isFile(join(target, 'supervisor.cjs'))) return 0;
  const folder = dirname(script);
  const paths = [
    script,
    ...hookFiles.map(name => join(folder, hookFolder, name)),
    ...companions.flatMap(name => filesOf(join(folder, name))),
  ];
  return paths.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

/** Where the copy of this content lies. */
function placeOf(script: string, cacheFolder: string): { target: string; hookFiles: readonly string[] } {
  const hash = createHash('sha256');
  hash.update(readFileSync(script));
  const hook = join(dirname(script), hookFolder);
  const hookFiles = existsSync(hook)
    ? readdirSync(hook)
        .filter(name => name.endsWith('.py'))
        .sort()
    : [];
  for (const name of hookFiles) hash.update(name).update(readFileSync(join(hook, name)));
  for (const name of companions) for (const part of partsOf(join(dirname(script), name))) hash.update(part);
  return { target: join(cacheFolder, 'supervisor', hash.digest('hex').slice(0, 16)), hookFiles };
}

/** What tells versions of a companion apart: the bytes of a file; of large ones in a folder names and sizes. */
function partsOf(path: string): (string | Buffer)[] {
  if (!existsSync(path)) return [];
  if (isFile(path)) return [readFileSync(path)];
  return filesOf(path).map(file => `${basename(file)} ${statSync(file).size}\n`);
}

/** The file, or those of the folder; sorted. */
function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (isFile(path)) return [path];
  return readdirSync(path)
    .filter(name => !isSourceMap(name))
    .sort()
    .map(name => join(path, name));
}

/** For whoever develops: nobody reads them beside the copy. */
function isSourceMap(path: string): boolean {
  return path.endsWith('.map');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
