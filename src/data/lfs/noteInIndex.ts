/**
 * Tells git's index that filled files are as committed, so that `git status` is clean without a look into them.
 *
 * `git update-index --refresh` would read every file again through git-lfs, and without git-lfs take each for modified.
 * So the times and sizes that git itself would note are written into a copy of the index under git's own lock; ids,
 * modes and flags stay as they are. Format: git's Documentation/gitformat-index.
 */
import { createHash } from 'node:crypto';
import { lstatSync, type BigIntStats } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { absolutePath, joinNul } from '../../git/bytePath.ts';
import { readIndexFile } from '../../git/indexFile.ts';
import { runGit } from '../../git/runGit.ts';
import type { FilledFile } from './fillFile.ts';
import { gitContext } from './gitContext.ts';
import { takeIndexLock } from './indexLock.ts';
import type { LfsRepository } from './lfsRepository.ts';

/** False when the index is locked by another git, or of a form that only git writes and could not refresh. */
export async function noteInIndex(
  repository: LfsRepository,
  filled: readonly FilledFile[],
): Promise<boolean> {
  if (filled.length === 0) return true;
  if (process.platform === 'win32') return refresh(repository, filled);
  const { gitDir, idBytes, root } = repository.git;
  const lock = await takeIndexLock(gitDir);
  if (lock === undefined) return refresh(repository, filled);
  try {
    const bytes = await readFile(join(gitDir, 'index'));
    const index = readIndexFile(bytes, idBytes);
    if (index !== undefined && !index.needsExpansion) {
      const wanted = new Map(filled.map(one => [one.file.bytePath, one]));
      for (const entry of index.entries) {
        const one = wanted.get(entry.path);
        if (one === undefined || entry.stage !== 0 || entry.id !== one.file.blob) continue;
        const now = lstatSync(absolutePath(root, entry.path), { bigint: true, throwIfNoEntry: false });
        if (now !== undefined && isSame(now, one.stats)) entry.noteStats(bytes, now);
      }
      sign(bytes, idBytes);
      await lock.handle.writeFile(bytes);
      await lock.commit();
      return true;
    }
  } finally {
    await lock.release();
  }
  return refresh(repository, filled);
}

/** Git's own way; through git-lfs where it is set up. */
async function refresh(repository: LfsRepository, filled: readonly FilledFile[]): Promise<boolean> {
  const input = joinNul(filled.map(one => one.file.bytePath));
  const outcome = await runGit(
    gitContext(repository, {}),
    ['update-index', '-q', '--refresh', '-z', '--stdin'],
    {
      input,
      tolerant: true,
    },
  );
  return outcome.exitCode === 0;
}

function isSame(now: BigIntStats, then: BigIntStats): boolean {
  return now.ino === then.ino && now.size === then.size && now.mtimeNs === then.mtimeNs;
}

/** The checksum at the end; zeros where `index.skipHash` is set. */
function sign(bytes: Buffer, idBytes: 20 | 32): void {
  const end = bytes.length - idBytes;
  if (bytes.subarray(end).every(byte => byte === 0)) return;
  createHash(idBytes === 20 ? 'sha1' : 'sha256')
    .update(bytes.subarray(0, end))
    .digest()
    .copy(bytes, end);
}
