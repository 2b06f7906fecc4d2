/** What git noted of the files when it last found them equal to the index, read without a process. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../base/systemError.ts';
import type { BytePath } from '../../git/bytePath.ts';
import type { Repository } from '../../git/findRepository.ts';
import { readIndexFile, type IndexEntry } from '../../git/indexFile.ts';

export interface IndexStats {
  /** Without conflicts; without those that a split index holds elsewhere: such files are looked at more closely. */
  readonly entries: ReadonlyMap<BytePath, IndexEntry>;
  /** When the index was written, nanoseconds since the epoch. */
  readonly modifiedNs: bigint;
}

export async function readIndexStats(repository: Repository): Promise<IndexStats> {
  const entries = new Map<BytePath, IndexEntry>();
  try {
    // One handle: git replaces the file by renaming.
    const handle = await open(join(repository.gitDir, 'index'), 'r');
    try {
      const { mtimeNs } = await handle.stat({ bigint: true });
      const index = readIndexFile(await handle.readFile(), repository.idBytes);
      for (const entry of index?.entries ?? []) if (entry.stage === 0) entries.set(entry.path, entry);
      return { entries, modifiedNs: mtimeNs };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return { entries, modifiedNs: 0n };
    throw error;
  }
}
