/** Which folders the processes of this machine run from: named in their words, or mapped into their memory. */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * Those of `folders` that are used; undefined where this system does not tell. Of processes of other people only the
 * words are seen.
 */
export async function foldersInUse(folders: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  if (process.platform !== 'linux') return undefined;
  const used = new Set<string>();
  const look = (text: string): void => {
    for (const folder of folders) if (text.includes(folder + sep)) used.add(folder);
  };
  for (const pid of (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name)))
    for (const file of ['cmdline', 'maps'])
      look(await readFile(join('/proc', pid, file), 'utf8').catch(() => ''));
  return used;
}
