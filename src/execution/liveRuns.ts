/**
 * Tells whether other runs of the same project were live during a run: then a file that changed may be theirs. Each
 * live run has a marker in `locks/live/`; one that a killed supervisor left behind is taken away by the next run.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeTime } from 'ulid';
import { runPaths, storePaths } from '../runs/runPaths.ts';
import { isRunId } from '../runs/runFolders.ts';
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
  let found = await othersLive(folder, store, id, root);
  return {
    // Of two that start together the first to be announced does not see the other: so it is looked again.
    overlapped: async () =>
      (found ||= (await othersLive(folder, store, id, root)) || (await livedSince(store, id, root, since))),
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

/** From its launch to its announcement a run takes no longer than this, in milliseconds. */
const preparationMs = 10 * 60_000;

/** By the time in the ids: no run has to be opened that began long before, which `othersLive` saw if it lived. */
async function livedSince(store: string, id: string, root: string, since: number): Promise<boolean> {
  const { runs } = storePaths(store);
  for (const shard of await readdir(runs).catch(() => []))
    for (const other of await readdir(join(runs, shard)).catch(() => [])) {
      if (other === id || !isRunId(other) || decodeTime(other) < since - preparationMs) continue;
      const paths = runPaths(store, other);
      const launch = await readFile(paths.launch, 'utf8').catch(() => '');
      if (!launch.includes(`"root": ${JSON.stringify(root)}`)) continue;
      if (decodeTime(other) >= since) return true;
      const end = await readRunEnd(paths);
      if (end === undefined || end.stillRunning) return true;
      if (end.result !== undefined && Date.parse(end.result.endedAt) >= since) return true;
    }
  return false;
}
