/**
 * Which folders the processes of this machine run from: named in their words or in their environment (an activated venv
 * is on PATH, and its interpreter leads elsewhere), mapped into their memory, or where they stand.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join, sep } from 'node:path';

/**
 * Those of `folders` that are used; undefined where this system does not tell. Of processes of other people only the
 * words are seen, of this one neither words nor environment: it may have been asked about a folder.
 */
export async function foldersInUse(folders: readonly string[]): Promise<ReadonlySet<string> | undefined> {
  if (process.platform !== 'linux') return undefined;
  const used = new Set<string>();
  const look = (text: string): void => {
    for (const folder of folders) if (text.includes(folder + sep) || names(text, folder)) used.add(folder);
  };
  for (const pid of (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))) {
    for (const file of Number(pid) === process.pid ? ['maps'] : ['cmdline', 'environ', 'maps'])
      look(await readFile(join('/proc', pid, file), 'utf8').catch(() => ''));
    look(await readlink(join('/proc', pid, 'cwd')).catch(() => ''));
  }
  return used;
}

/** As a whole: `VIRTUAL_ENV=<folder>`, `PYTHONHOME=<folder>`, the last of a path list, a word, or the folder one stands in. */
function names(text: string, folder: string): boolean {
  for (let at = text.indexOf(folder); at !== -1; at = text.indexOf(folder, at + 1)) {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + folder.length)];
    if (['', '\0', '=', ':'].includes(before) && ['', '\0', ':'].includes(after)) return true;
  }
  return false;
}
