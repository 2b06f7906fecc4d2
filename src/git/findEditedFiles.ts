/**
 * Which files of a snapshot no longer hold what it says, among those that were touched since a moment. Cheap: only
 * touched files are read, and nothing is written to the repository. A path whose content is as recorded is not edited.
 */
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readlinkSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { absolutePath, bytePathOf, bytePathText, splitNul, type BytePath } from './bytePath.ts';
import { notARepository } from './errors.ts';
import { findRepository } from './findRepository.ts';
import { runGit } from './runGit.ts';

export interface EditedFilesQuestion {
  readonly root: string;
  readonly tree: string;
  /** Paths whose bytes the tree does not hold; they are left out. */
  readonly gaps: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Paths relative to the root, forward slashes, in git's order. */
export interface EditedFiles {
  readonly edited: readonly string[];
  /** Touched since, and as the snapshot says. */
  readonly putBack: readonly string[];
}

/** Rejects when git does. */
export async function findEditedFiles(question: EditedFilesQuestion): Promise<EditedFiles> {
  const { root, tree, since, environment = process.env } = question;
  const repository = await findRepository(root, environment);
  if (repository === undefined) throw notARepository(root);
  const context = { repository, environment };
  const [{ stdout }, sparse] = await Promise.all([
    runGit(context, ['ls-tree', '-r', '-z', '--full-tree', tree]),
    runGit(context, ['config', '--bool', 'core.sparseCheckout'], { tolerant: true }),
  ]);
  // Files outside a sparse checkout are in the tree and never on disk.
  const missingIsEdited = sparse.stdout.toString('latin1').trim() !== 'true';
  const gaps = new Set(question.gaps.map(bytePathOf));
  const edited: string[] = [];
  const putBack: string[] = [];
  for (const entry of splitNul(stdout)) {
    const match = /^(\d{6}) blob ([0-9a-f]+)\t([^]*)$/.exec(entry);
    const [, mode = '', id = '', path = ''] = match ?? [];
    if (match === null || gaps.has(path)) continue;
    const state = stateOf(absolutePath(repository.root, path), since);
    if (state === 'untouched' || (state === 'missing' && !missingIsEdited)) continue;
    if (state === 'missing' || !(await holds(repository.root, path, mode, id)))
      edited.push(bytePathText(path));
    else putBack.push(bytePathText(path));
  }
  return { edited, putBack };
}

function stateOf(path: Buffer | string, since: number): 'untouched' | 'touched' | 'missing' {
  try {
    const found = lstatSync(path);
    // The inode's own time cannot be set back.
    return Math.max(found.mtimeMs, found.ctimeMs) >= since ? 'touched' : 'untouched';
  } catch {
    return 'missing';
  }
}

async function holds(root: string, path: BytePath, mode: string, id: string): Promise<boolean> {
  const place = absolutePath(root, path);
  const hash = createHash(id.length === 64 ? 'sha256' : 'sha1');
  try {
    const found = lstatSync(place);
    if (mode === '120000') {
      if (!found.isSymbolicLink()) return false;
      const target = readlinkSync(place, { encoding: 'buffer' });
      return hash.update(`blob ${target.length}\0`).update(target).digest('hex') === id;
    }
    if (!found.isFile()) return false;
    hash.update(`blob ${found.size}\0`);
    await pipeline(createReadStream(place), hash, { end: false });
    return hash.digest('hex') === id;
  } catch {
    return false;
  }
}
