/**
 * Removes the containers that killed reproductions left behind. An engine is shared with other people, and a folder that
 * cannot be seen from here may be there for them: only a container that carries the mark of this user, this machine and
 * its store is touched, and only where the store itself says that its run has ended or is gone.
 */
import { readdir, stat } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { storeMark } from '../../execution/capture/storeMark.ts';
import { ContainerApi } from '../../execution/inside/containerApi.ts';
import { readProcessRecord, readRunEnd } from '../../execution/runEnd.ts';
import { runPaths, storePaths } from '../../runs/runPaths.ts';
import type { RunPaths, StorePath } from '../../runs/runPaths.ts';
import { heartbeatLimitMs, supervisorLives } from '../../runs/runState.ts';

/** On every container that a run has for itself: the run, the store that says whether it has ended, and whose it is. */
export const runLabel = 'lockstep.run';
const storeLabel = 'lockstep.store';
const ownerLabel = 'lockstep.owner';

export interface SweepOptions {
  /** Only containers of its runs. */
  readonly store: StorePath;
  /** This run's own stays. */
  readonly but?: string;
}

/** What names a run's container its own. Rejects when the store's secret cannot be had. */
export async function runContainerLabels(store: StorePath, run: string): Promise<Record<string, string>> {
  return { [runLabel]: run, [storeLabel]: store, [ownerLabel]: await ownerOf(store, run) };
}

/** Never rejects. */
export async function sweepRunContainers(endpoint: string, { store, but }: SweepOptions): Promise<void> {
  try {
    const api = new ContainerApi(endpoint);
    for (const id of await api.list([runLabel, `${storeLabel}=${store}`])) {
      const labels = (await api.inspect(id))?.Config.Labels ?? {};
      const { [runLabel]: run, [ownerLabel]: owner } = labels;
      if (run === undefined || owner === undefined || labels[storeLabel] !== store || run === but) continue;
      if (await isOver(store, run, owner)) await api.remove(id);
    }
  } catch {
    // The next look finds them.
  }
}

async function isOver(store: StorePath, run: string, owner: string): Promise<boolean> {
  try {
    // Rejects where the store is not to be seen: then nothing of it says that a run is gone.
    await readdir(storePaths(store).runs);
    if ((await ownerOf(store, run)) !== owner) return false;
    const paths = runPaths(store, run);
    if (await isMissing(paths.dir)) return true;
    // A run that has just ended is still being judged by its supervisor, which removes the container itself.
    return (await readRunEnd(paths)) !== undefined && !(await isWatched(paths));
  } catch {
    return false;
  }
}

/** Rejects where that cannot be told. */
async function isMissing(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

async function ownerOf(store: StorePath, run: string): Promise<string> {
  return storeMark(store, `container of ${run}`);
}

async function isWatched(paths: RunPaths): Promise<boolean> {
  const record = await readProcessRecord(paths);
  if (record !== undefined) return (await supervisorLives(record)) !== 'gone';
  // While a run is made ready, which may take long, only its heartbeat speaks for it.
  return stat(paths.heartbeat).then(
    ({ mtimeMs }) => Date.now() - mtimeMs <= heartbeatLimitMs,
    () => false,
  );
}
