/** The ids of all runs: a shard is listed anew only when its folder has changed since it was listed. */
import type { Pause } from './pause.ts';
import { listRunIds, listShards } from './runFolders.ts';
import { storePaths, type StorePath } from './runPaths.ts';
import { FileSystemClock, modifiedAt } from './runStamps.ts';

export interface KnownIds {
  /** Newest last. */
  readonly ids: readonly string[];
  /** Shard → modification time of its folder; -1 when it had just been changed and may change without showing it. */
  readonly shards: ReadonlyMap<string, number>;
}

export interface ListedIds extends KnownIds {
  /** Shards that had to be listed and would not have to be again. */
  readonly relisted: number;
}

export async function listIds(store: StorePath, before: KnownIds, pause: Pause): Promise<ListedIds> {
  const { runs, index } = storePaths(store);
  const clock = new FileSystemClock(index);
  const shards = new Map<string, number>();
  const changed: string[] = [];
  let relisted = 0;
  for (const name of listShards(runs)) {
    let modified = modifiedAt(`${runs}/${name}`);
    if (before.shards.get(name) !== modified) {
      changed.push(name);
      if (clock.isOld(modified)) relisted++;
      else modified = -1;
    }
    shards.set(name, modified);
    if (pause.due) await pause.take();
  }
  if (changed.length === 0 && shards.size === before.shards.size) return { ...before, relisted };
  const anew = new Set(changed);
  const ids = before.ids.filter(id => shards.has(id.slice(-2)) && !anew.has(id.slice(-2)));
  for (const name of changed) {
    for (const id of listRunIds(runs, name)) ids.push(id);
    if (pause.due) await pause.take();
  }
  return { ids: ids.sort(), shards, relisted };
}
