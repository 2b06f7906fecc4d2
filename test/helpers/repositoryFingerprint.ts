/** Everything of a repository that belongs to its owner, as text that can be compared: nothing of ours, no objects. */
import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * One line a file: mode, size, time and content of the working tree, and content of the git folder (index, HEAD,
 * config, refs, reflogs, stash, hooks) without objects and without what Lockstep keeps for itself.
 */
export async function repositoryFingerprint(root: string): Promise<string[]> {
  const lines: string[] = [];
  const visit = async (folder: Buffer, inGit: boolean): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
    for (const entry of entries) {
      const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
      const relative = path.subarray(Buffer.byteLength(root) + 1).toString('latin1');
      const git = inGit || /(^|\/)\.git$/.test(relative);
      if (git && isOurs(relative)) continue;
      if (entry.isDirectory()) {
        if (!git) lines.push(`${relative}/`);
        await visit(path, git);
        continue;
      }
      const { mode, size, mtimeMs } = await lstat(path);
      const content = entry.isSymbolicLink()
        ? await readlink(path, { encoding: 'latin1' })
        : entry.isFile() && size < 64 * 1024 * 1024
          ? createHash('sha256')
              .update(await readFile(path).catch(() => 'unreadable'))
              .digest('hex')
          : '';
      // Whoever reads a split index freshens the time of its shared part, git status too.
      const time = /\/sharedindex\./.test(relative) ? '' : mtimeMs;
      lines.push([relative, mode.toString(8), size, time, content].join(' '));
    }
  };
  await visit(Buffer.from(root), false);
  return lines.sort();
}

function isOurs(path: string): boolean {
  return /(^|\/)(objects|lockstep)(\/|$)/.test(path.replace(/^.*?\.git/, ''));
}

/** The names of what differs between two fingerprints; empty when nothing does. Join the root to find the file. */
export function fingerprintChanges(before: readonly string[], after: readonly string[]): string[] {
  const old = new Set(before);
  const now = new Set(after);
  return [...before.filter(line => !now.has(line)), ...after.filter(line => !old.has(line))].map(line =>
    join(line),
  );
}
