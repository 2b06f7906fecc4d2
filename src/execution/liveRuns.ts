/**
 * Tells whether other runs of the same project were live during a run: then a file that changed may be theirs. Each
 * live run has a marker in `locks/live/`; one that a killed supervisor left behind is taken away by the next run.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeTime } from 'ulid';
import { runPaths, storePaths } from '../runs/runPaths.ts';
import { readRunEnd } from './runEnd.ts';

export interface LiveRun {
  /** Whether another run of the same root was live at any moment since. */
  overlapped(): Promise<boolean>;
  end(): Promise<void>;
}

export async function announceLiveRun(store: string, id: string, root: string): Promise<LiveRun> {
  const folder = join(storePaths(store).locks, 'live');
  const since = Date.now();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, id), root);
  const before = await othersLive(folder, store, id, root);
  return {
    overlapped: async () => before || (await startedSince(store, id, root, since)),
    end: () => rm(join(folder, id), { force: true }),
  };
}

async function othersLive(folder: string, store: string, id: string, root: string): Promise<boolean> {
  let found = false;
  for (const other of await readdir(folder)) {
    if (other === id || (await readFile(join(folder, other), 'utf8').catch(() => '')) !== root) continue;
    const end = await readRunEnd(runPaths(store, other));
    if (end === undefined || end.stillRunning) found = true;
    else await rm(join(folder, other), { force: true });
  }
  return found;
}

/** By the time in the ids: no run has to be opened that began earlier. */
async function startedSince(store: string, id: string, root: string, since: number): Promise<boolean> {
  const { runs } = storePaths(store);
  for (const shard of await readdir(runs).catch(() => []))
    for (const other of await readdir(join(runs, shard)).catch(() => [])) {
      if (other === id || !/^[0-9A-HJKMNP-TV-Z]{26}$/.test(other) || decodeTime(other) < since) continue;
      const launch = await readFile(runPaths(store, other).launch, 'utf8').catch(() => '');
      if (launch.includes(`"root": ${JSON.stringify(root)}`)) return true;
    }
  return false;
}
