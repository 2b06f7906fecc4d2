/** What a working tree holds, to compare two of them: path → type, executable bit and content. */
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';

/** Paths relative to `root`, one character a byte. Git folders and pipes are left out, empty folders too. */
export async function workingFiles(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const visit = async (folder: Buffer): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
      if (entry.name.toString('latin1') === '.git') continue;
      const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
      const name = path.subarray(Buffer.byteLength(root) + 1).toString('latin1');
      if (entry.isDirectory()) await visit(path);
      else if (entry.isSymbolicLink())
        files.set(name, `link ${await readlink(path, { encoding: 'latin1' })}`);
      else if (entry.isFile()) {
        const executable = ((await lstat(path)).mode & 0o100) !== 0;
        files.set(name, `${executable ? 'executable' : 'file'} ${(await readFile(path)).toString('latin1')}`);
      }
    }
  };
  await visit(Buffer.from(root));
  return files;
}
