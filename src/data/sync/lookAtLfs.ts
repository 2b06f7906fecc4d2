/** The Git LFS files that differ between two commits, and how the working tree and the local store hold them. */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absolutePath } from '../../git/bytePath.ts';
import type { Repository } from '../../git/findRepository.ts';
import type { GitContext } from '../../git/runGit.ts';
import { pointerLimit, readLfsPointer, type LfsPointer } from '../lfs/lfsPointer.ts';
import { openLfsRepository } from '../lfs/lfsRepository.ts';
import { isInLfsStore } from '../lfs/lfsStore.ts';
import { readPointerBlobs } from '../lfs/readPointerBlobs.ts';
import type { ChangedBlob } from './changedBlobs.ts';
import type { SyncPath } from './syncVerdict.ts';

/** Rejects when git does, or when aborted. */
export async function lookAtLfs(
  context: GitContext,
  git: Repository,
  changed: readonly ChangedBlob[],
): Promise<SyncPath[]> {
  const candidates = changed.filter(mayBeLfs(git));
  if (candidates.length === 0) return [];
  const blobs = new Set(candidates.flatMap(({ from, to }) => [from, to].filter(id => id !== undefined)));
  const pointers = await readPointerBlobs(context, blobs);
  if (pointers.size === 0) return [];
  const repository = await openLfsRepository(git.root, context.environment);
  if (repository === undefined) return [];
  const found: SyncPath[] = [];
  for (const blob of candidates) {
    const from = pointers.get(blob.from ?? '');
    const to = pointers.get(blob.to ?? '');
    // Git itself takes a file away that the new commit does not have.
    if (to === undefined || from?.oid === to.oid) continue;
    const state = stateOf(git, blob, to);
    const isHere = isInLfsStore(repository, to.oid, to.size);
    const needed = state === 'follows' ? to.size : 0;
    found.push({
      ...{ path: blob.path, kind: 'lfs', pinFile: blob.path },
      change: from === undefined ? 'added' : 'changed',
      ...(from === undefined ? {} : { from: `sha256:${from.oid}` }),
      ...{ to: `sha256:${to.oid}`, size: to.size, state, placeBytes: needed },
      ...(needed === 0 || isHere ? { fetchFiles: 0, fetchBytes: 0 } : { fetchFiles: 1, fetchBytes: needed }),
    });
  }
  return found;
}

/** Whether attributes near the file speak of Git LFS: most repositories do not use it, and pay nothing for it. */
function mayBeLfs(git: Repository): (blob: ChangedBlob) => boolean {
  const everywhere = speaksOfLfs(join(git.commonDir, 'info', 'attributes'));
  const known = new Map<string, boolean>();
  const inFolder = (folder: string): boolean => {
    const answer = known.get(folder);
    if (answer !== undefined) return answer;
    const slash = folder.lastIndexOf('/');
    const above = folder === '' ? everywhere : inFolder(slash < 0 ? '' : folder.slice(0, slash));
    const found = above || speaksOfLfs(join(git.root, folder, '.gitattributes'));
    known.set(folder, found);
    return found;
  };
  return ({ path, to }) => {
    if (to === undefined) return false;
    return inFolder(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
  };
}

function speaksOfLfs(path: string): boolean {
  return existsSync(path) && readFileSync(path, 'latin1').includes('filter=lfs');
}

/** By size where it is not the text of a pointer: content is looked at when it is filled. */
function stateOf(git: Repository, { bytePath }: ChangedBlob, to: LfsPointer): SyncPath['state'] {
  const path = absolutePath(git.root, bytePath);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return 'modified';
  if (stats.size < pointerLimit) {
    const pointer = readLfsPointer(readFileSync(path));
    if (pointer !== undefined) return pointer.oid === to.oid ? 'follows' : 'modified';
  }
  return stats.size === to.size ? 'there' : 'modified';
}
