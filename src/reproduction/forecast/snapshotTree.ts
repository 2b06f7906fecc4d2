/**
 * What one recorded tree holds, asked of git in one process: paths, ids and sizes. An object that is not in the
 * repository has no size, so this also tells whether the tree could be checked out.
 */
import { bytePathText, splitNul } from '../../git/bytePath.ts';
import type { Repository } from '../../git/findRepository.ts';
import { runGit, type GitContext } from '../../git/runGit.ts';

export interface TreeEntry {
  readonly blob: string;
  /** Bytes; undefined where the object is missing. */
  readonly size: number | undefined;
}

export interface SnapshotTree {
  /** Files by path, submodules left out. */
  readonly entries: ReadonlyMap<string, TreeEntry>;
  readonly bytes: number;
  /** Paths whose content is not in the repository. */
  readonly missing: readonly string[];
}

/** Undefined where the tree itself, or a part of it, is missing. Rejects only when aborted. */
export async function readSnapshotTree(
  repository: Repository,
  tree: string,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<SnapshotTree | undefined> {
  if (!/^[0-9a-f]{40,64}$/.test(tree)) return undefined;
  const listed = await runGit({ ...task, repository }, ['ls-tree', '-r', '-l', '-z', '--full-tree', tree], {
    tolerant: true,
  });
  if (listed.exitCode !== 0) return undefined;
  const entries = new Map<string, TreeEntry>();
  const missing: string[] = [];
  let bytes = 0;
  for (const line of splitNul(listed.stdout)) {
    const match = /^\d+ blob ([0-9a-f]+) +(\d+|BAD)\t(.*)$/s.exec(line);
    if (match === null) continue;
    const [, blob = '', size = ''] = match;
    const path = bytePathText(match[3] ?? '');
    const known = size === 'BAD' ? undefined : Number(size);
    if (known === undefined) missing.push(path);
    bytes += known ?? 0;
    entries.set(path, { blob, size: known });
  }
  return { entries, bytes, missing };
}

/** Only some paths of a tree, without listing it: what it costs does not grow with the repository. */
export async function lookUpInTree(
  repository: Repository,
  tree: string,
  paths: Iterable<string>,
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<SnapshotTree> {
  const entries = new Map<string, TreeEntry>();
  const asked = [...paths].filter(path => !/[\0\n]/.test(path));
  if (asked.length === 0 || !/^[0-9a-f]{40,64}$/.test(tree)) return { entries, bytes: 0, missing: [] };
  const { stdout } = await runGit({ ...task, repository }, ['cat-file', '--batch-check'], {
    input: asked.map(path => `${tree}:${path}\n`).join(''),
  });
  let bytes = 0;
  for (const [at, line] of stdout.toString('utf8').split('\n').entries()) {
    const [, blob, size] = /^([0-9a-f]+) blob (\d+)$/.exec(line) ?? [];
    const path = asked[at];
    if (blob === undefined || path === undefined) continue;
    bytes += Number(size);
    entries.set(path, { blob, size: Number(size) });
  }
  return { entries, bytes, missing: [] };
}

/** Texts of blobs by id; what is missing, or larger than a pin file may be, is left out. */
export async function readTexts(
  repository: Repository,
  blobs: readonly string[],
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  if (blobs.length === 0) return texts;
  const input = [...new Set(blobs)].map(blob => `${blob}\n`).join('');
  const { stdout } = await runGit({ ...task, repository }, ['cat-file', '--batch'], { input });
  for (let at = 0; at < stdout.length;) {
    const lineEnd = stdout.indexOf(10, at);
    if (lineEnd < 0) break;
    const [, blob = '', size = ''] = /^(\w+) blob (\d+)$/.exec(stdout.toString('latin1', at, lineEnd)) ?? [];
    at = lineEnd + 1;
    if (blob === '') continue;
    texts.set(blob, stdout.toString('utf8', at, at + Number(size)));
    at += Number(size) + 1;
  }
  return texts;
}

/** Which of these objects the repository does not have. */
export async function missingObjects(
  repository: Repository,
  ids: readonly string[],
  task: Pick<GitContext, 'environment' | 'signal'>,
): Promise<ReadonlySet<string>> {
  const asked = [...new Set(ids)];
  const wrong = asked.filter(id => !/^[0-9a-f]{40,64}$/.test(id));
  const right = asked.filter(id => !wrong.includes(id));
  if (right.length === 0) return new Set(wrong);
  const { stdout } = await runGit({ ...task, repository }, ['cat-file', '--batch-check'], {
    input: right.map(id => `${id}\n`).join(''),
  });
  const missing = [...stdout.toString('latin1').matchAll(/^([0-9a-f]+) missing$/gm)];
  return new Set([...wrong, ...missing.map(([, id = '']) => id)]);
}
