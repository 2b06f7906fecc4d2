/** The files of a run as they were on its disk: its snapshot, with held bytes in their places, submodules included. */
import { bytePathOfRecord, bytePathText } from '../../git/bytePath.ts';
import type { Repository } from '../../git/findRepository.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';
import type { Code } from '../../runs/plan.ts';
import { exportTooLarge } from '../errors.ts';
import { personContext } from '../record/sharedRepository.ts';
import type { ShareTask } from '../shareTask.ts';
import type { ZipEntry } from './zipFile.ts';

/** Of all files together: they are held in memory. */
const maxBytes = 1024 * 1024 * 1024;

/** Paths relative to the root. Rejects with `export-too-large`, or when git does. */
export async function snapshotFiles(
  repository: Repository,
  code: Code,
  task: ShareTask,
): Promise<ZipEntry[]> {
  const context = personContext(repository, task);
  const entries = await listFiles(context, code.tree, '');
  for (const submodule of code.submodules) {
    const path = `${bytePathText(bytePathOfRecord(submodule))}/`;
    // One whose files are not here is named among what is lacking.
    const inner = await listFiles(context, submodule.tree, path).catch(() => []);
    entries.push(...inner);
  }
  const held = new Map<string, string>();
  for (const gap of [...code.gaps, ...code.submodules.flatMap(one => one.gaps ?? [])])
    if (gap.blob !== undefined) held.set(gap.path, gap.blob);
  const wanted = entries.map(entry => ({ ...entry, id: held.get(entry.path) ?? entry.id }));
  const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
  if (bytes > maxBytes) throw exportTooLarge(bytes);
  const input = wanted.map(({ id }) => `${id}\n`).join('');
  const { stdout } = await runGit(context, ['cat-file', '--batch'], {
    input,
    maxOutputBytes: maxBytes * 1.5,
  });
  const files: ZipEntry[] = [];
  let at = 0;
  for (const { path, kind } of wanted) {
    const lineEnd = stdout.indexOf(10, at);
    const size = Number(/ blob (\d+)$/.exec(stdout.toString('latin1', at, lineEnd))?.[1] ?? 0);
    files.push({ path, kind, bytes: stdout.subarray(lineEnd + 1, lineEnd + 1 + size) });
    at = lineEnd + 1 + size + 1;
  }
  return files;
}

interface ListedFile {
  readonly path: string;
  readonly id: string;
  readonly size: number;
  readonly kind: ZipEntry['kind'];
}

async function listFiles(context: GitContext, tree: string, prefix: string): Promise<ListedFile[]> {
  const { stdout } = await runGit(context, ['ls-tree', '-r', '-z', '-l', '--full-tree', tree]);
  return stdout
    .toString('utf8')
    .split('\0')
    .flatMap((line): ListedFile[] => {
      const match = /^(\d+) blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line);
      if (match === null) return [];
      const [, mode, id = '', size = '0', path = ''] = match;
      const kind = mode === '120000' ? 'link' : mode === '100755' ? 'executable' : 'file';
      return [{ path: prefix + path, id, size: Number(size), kind }];
    });
}
