/**
 * Tells which other runs of the same project were live during a run: then a file that changed may be theirs. Each live
 * run has a marker in `locks/live/`, made before its command starts; one that a killed supervisor left behind is taken
 * away by the next run. Invariant: while no marker comes or goes, nothing else is looked at.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeTime } from 'ulid';
import { runPaths, storePaths } from '../runs/runPaths.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { isRunId } from '../runs/runFolders.ts';
import { readRunEnd } from './runEnd.ts';

export interface LiveRun {
  /** Whether another run of the same root was live at any moment since. */
  overlapped(): Promise<boolean>;
  /** Those runs. */
  others(): Promise<readonly RunPaths[]>;
  end(): Promise<void>;
}

/** The times of files come from a coarser clock: within this many milliseconds two changes may bear the same one. */
const tickMs = 50;

/**
 * Resolves when the marker is there. Rejects with the system's error.
 * @param since Milliseconds since the epoch; now when left out.
 */
export async function announceLiveRun(
  store: string,
  id: string,
  root: string,
  since = Date.now(),
): Promise<LiveRun> {
  const folder = join(storePaths(store).locks, 'live');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, id), root);
  const found = new Set<string>();
  /** Of another root, or over before: they need not be opened again. */
  const others = new Set<string>([id]);
  let stamp = '';
  let looking: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const { mtimeMs, ino } = await stat(folder);
    const now = `${ino} ${mtimeMs}`;
    if (now === stamp) return;
    for (const other of await othersLive(folder, store, id, root)) found.add(other);
    for await (const other of newRuns(store, since - preparationMs)) {
      if (found.has(other) || others.has(other)) continue;
      const overlaps = await livedSince(runPaths(store, other), root, since);
      if (overlaps !== undefined) (overlaps ? found : others).add(other);
    }
    stamp = Date.now() - mtimeMs > tickMs ? now : '';
  }
  const looked = (): Promise<void> => (looking = looking.catch(() => undefined).then(look));

  // Of two that start together the first to be announced does not see the other: so it is looked again.
  looked().catch(() => undefined);
  return {
    overlapped: async () => {
      await looked();
      return found.size > 0;
    },
    others: async () => {
      await looked();
      return [...found].map(other => runPaths(store, other));
    },
    end: () => rm(join(folder, id), { force: true }),
  };
}

async function othersLive(folder: string, store: string, id: string, root: string): Promise<string[]> {
  const found: string[] = [];
  for (const other of await readdir(folder)) {
    if (other === id || (await readFile(join(folder, other), 'utf8').catch(() => '')) !== root) continue;
    const end = await readRunEnd(runPaths(store, other));
    if (end === undefined || end.stillRunning) found.push(other);
    else await rm(join(folder, other), { force: true });
  }
  return found;
}

/** From its launch to its announcement a run takes no longer than this, in milliseconds. */
const preparationMs = 10 * 60_000;

/** By the time in the ids: no run has to be opened that began long before, which `othersLive` saw if it lived. */
async function* newRuns(store: string, since: number): AsyncGenerator<string> {
  const { runs } = storePaths(store);
  for (const shard of await readdir(runs).catch(() => []))
    for (const id of await readdir(join(runs, shard)).catch(() => []))
      if (isRunId(id) && decodeTime(id) >= since) yield id;
}

/** Undefined for a run that is only being launched, and for a folder that is none. */
async function livedSince(paths: RunPaths, root: string, since: number): Promise<boolean | undefined> {
  const launch = await readFile(paths.launch, 'utf8').catch(() => '');
  // A child run was never launched.
  if (!launch.trimEnd().endsWith('}')) return existsSync(paths.plan) ? false : undefined;
  // A reproduction is launched from the project and runs in a checkout of its own.
  if (!launch.includes(`"root": ${JSON.stringify(root)}`) || launch.includes('"reproduces":')) return false;
  if (decodeTime(basename(paths.dir)) >= since) return true;
  const end = await readRunEnd(paths);
  if (end === undefined || end.stillRunning) return true;
  return end.result !== undefined && Date.parse(end.result.endedAt) >= since;
}
