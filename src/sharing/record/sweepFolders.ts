/** Removes folders that a process which was killed has left half-made. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Nothing of ours takes this long between two writes. */
const abandonedMs = 60 * 60 * 1000;

/** Records that were not placed: in every folder where runs lie. */
export async function sweepUnplaced(runs: string): Promise<void> {
  for (const shard of await readdir(runs).catch(() => []))
    await sweepFolders(join(runs, shard), unplacedPrefix);
}

export const unplacedPrefix = '.shared-';

/** Those in `parent` whose names begin with `prefix`. Never rejects: what stays today goes another day. */
export async function sweepFolders(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const path = join(parent, name);
    const modified = await stat(path).then(
      found => found.mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - modified > abandonedMs)
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
