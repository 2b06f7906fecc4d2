/**
 * The summaries of one store, kept up to date in memory: one full reading, then only the runs that changed. What the
 * file system does not announce (a supervisor that died) is found by looking at live runs every few seconds, and
 * only while there are any.
 */
import { watch as watchFile } from 'node:fs';
import { dirname } from 'node:path';
import { stat } from 'node:fs/promises';
import type { RunStore } from '../../runs/runStore.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import { watchChanges } from '../../runs/watchChanges.ts';
import { isLive } from './arrangeRuns.ts';

const liveCheckMs = 4000;

export class RunTable {
  readonly runStore: RunStore;
  readonly #onChange: (runIds: ReadonlySet<string>) => void;
  #runs: Promise<Map<string, RunSummary>> | undefined;
  #newestFirst: readonly RunSummary[] | undefined;
  #watching: AbortController | undefined;
  #liveCheck: NodeJS.Timeout | undefined;

  constructor(runStore: RunStore, onChange: (runIds: ReadonlySet<string>) => void) {
    this.runStore = runStore;
    this.#onChange = onChange;
  }

  /** All runs, newest first. The same array until something changes. */
  async list(): Promise<readonly RunSummary[]> {
    const runs = await this.#load();
    this.#newestFirst ??= [...runs.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    return this.#newestFirst;
  }

  async get(id: string): Promise<RunSummary | undefined> {
    return (await this.#load()).get(id);
  }

  /** Reads everything anew with the next question. */
  forget(): void {
    this.#runs = undefined;
    this.#newestFirst = undefined;
  }

  /** Reads these runs again. A run that cannot be read any more leaves the table. */
  async update(ids: Iterable<string>): Promise<void> {
    const runs = await this.#load();
    await Promise.all(
      [...ids].map(async id => {
        const summary = await this.runStore.summary(id).catch(() => undefined);
        if (summary === undefined) runs.delete(id);
        else runs.set(id, summary);
      }),
    );
    this.#newestFirst = undefined;
    this.#planLiveCheck(runs);
  }

  /** Starts to tell of changes, those of other processes too. Until {@link stopWatching}. */
  watch(): void {
    if (this.#watching !== undefined) return;
    this.#watching = new AbortController();
    void this.#watch(this.#watching.signal);
  }

  stopWatching(): void {
    this.#watching?.abort();
    this.#watching = undefined;
    clearTimeout(this.#liveCheck);
    this.#liveCheck = undefined;
  }

  /** Looking at a folder must leave nothing in it: a store that does not exist yet is only waited for. */
  async #watch(signal: AbortSignal): Promise<void> {
    const { store } = this.runStore;
    if (!(await exists(store))) {
      await appearance(store, signal);
      if (signal.aborted) return;
      this.forget();
      this.#onChange(new Set());
    }
    await watchChanges(store, ids => void this.#changed(ids), signal);
  }

  async #changed(ids: ReadonlySet<string>): Promise<void> {
    await this.update(ids);
    this.#onChange(ids);
  }

  async #load(): Promise<Map<string, RunSummary>> {
    this.#runs ??= this.runStore.list().then(
      list => {
        const runs = new Map(list.map(run => [run.id, run]));
        this.#planLiveCheck(runs);
        return runs;
      },
      (error: unknown) => {
        this.#runs = undefined;
        throw error;
      },
    );
    return this.#runs;
  }

  #planLiveCheck(runs: ReadonlyMap<string, RunSummary>): void {
    if (this.#watching === undefined || this.#liveCheck !== undefined) return;
    const live = [...runs.values()].filter(isLive).map(run => run.id);
    if (live.length === 0) return;
    this.#liveCheck = setTimeout(() => {
      this.#liveCheck = undefined;
      void this.#changed(new Set(live));
    }, liveCheckMs);
    this.#liveCheck.unref();
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Resolves when `path` exists or the signal aborts. Watches its parent, not below it. */
async function appearance(path: string, signal: AbortSignal): Promise<void> {
  await new Promise<void>(resolve => {
    try {
      const watcher = watchFile(dirname(path), { signal, persistent: false });
      const look = async (): Promise<void> => {
        if (!(await exists(path))) return;
        watcher.close();
        resolve();
      };
      watcher.on('change', () => void look());
      watcher.on('error', () => resolve());
      watcher.on('close', () => resolve());
      void look();
    } catch {
      // No watch to be had, or no parent folder: a refresh finds the store.
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}
