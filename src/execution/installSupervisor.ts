/**
 * Copies the supervisor to a place of its own before it is started, named by its content: an update of the extension
 * under a training of three days changes nothing for it, and every version needs one copy.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';

/** Lies beside the supervisor and goes with it: what observes Python programs. */
const hookFolder = 'pythonHook';

/** What the supervisor loads from beside itself, where the product has it: threads for data, clients of the clouds. */
const companions = ['data-worker.cjs', 'remotes'];

/**
 * Resolves with the absolute path of the installed copy of the bundle `script` (one `.cjs` file). Installed copies are
 * never changed. A script that is no bundle (source files, in development) is used where it lies, and so is a bundle
 * where the cache cannot be written: a run without protection from updates is better than none.
 */
export async function installSupervisor(script: string, cacheFolder: string): Promise<string> {
  if (!script.endsWith('.cjs')) return script;
  const hash = createHash('sha256');
  hash.update(await readFile(script));
  const hook = join(dirname(script), hookFolder);
  const hookFiles = await readdir(hook).then(
    names => names.filter(name => name.endsWith('.py')).sort(),
    () => [],
  );
  for (const name of hookFiles) hash.update(name).update(await readFile(join(hook, name)));

  for (const name of companions)
    for (const part of await partsOf(join(dirname(script), name))) hash.update(part);

  const target = join(cacheFolder, 'supervisor', hash.digest('hex').slice(0, 16));
  const installed = join(target, 'supervisor.cjs');
  if (await isFile(installed)) return installed;

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
      if (existsSync(companion)) await cp(companion, join(temporary, name), { recursive: true });
    }
    if (hookFiles.length > 0) await mkdir(join(temporary, hookFolder));
    for (const name of hookFiles) await cp(join(hook, name), join(temporary, hookFolder, name));
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Hundreds of runs may be started at once: another one was faster.
    if (!(await isFile(installed))) throw error;
  }
  return installed;
}

/** What tells versions of a companion apart: the bytes of a file; of large ones in a folder names and sizes. */
async function partsOf(path: string): Promise<(string | Buffer)[]> {
  if (!existsSync(path)) return [];
  if (await isFile(path)) return [await readFile(path)];
  const names = (await readdir(path)).sort();
  return Promise.all(names.map(async name => `${name} ${(await stat(join(path, name))).size}\n`));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}
