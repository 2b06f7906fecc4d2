/** Images that must stay although newer builds have replaced them. */
import { readFile } from 'node:fs/promises';
import { imagesOfRuns } from '../../../runs/imagesOfRuns.ts';
import type { StorePath } from '../../../runs/runPaths.ts';
import { lockPath } from '../lockPaths.ts';

/** Ids: of runs, which a reproduction makes containers of, and of the lock of the project. @param root Absolute. */
export async function neededImages(root: string, store: StorePath): Promise<ReadonlySet<string>> {
  const lock = await readFile(lockPath(root, 'devcontainer'), 'utf8').catch(() => '');
  const locked = [...lock.matchAll(/sha256:[0-9a-f]{64}/g)].map(([id]) => id);
  return new Set([...(await imagesOfRuns(store)), ...locked]);
}
