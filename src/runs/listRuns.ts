/**
 * Lists runs with as little reading as can be: what was read before (by this process, or by any, through the index)
 * counts while the folders it came from are unchanged; everything else is read anew. Runs without a result always are.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostIdentity } from '../base/processIdentity.ts';
import { Pause } from './pause.ts';
import type { SummaryReader } from './readRun.ts';
import { listRunIds, listShards } from './runFolders.ts';
import { RunIndex, writeRunIndex, type IndexRow, type RunStamps } from './runIndex.ts';
import { storePaths, type StorePath } from './runPaths.ts';
import type { RunSummary } from './runSummary.ts';

/** Fewer runs than this are read faster than an index is written. */
const worthIndexing = 64;
/**
 * Modification times are as coarse as the file system makes them (2 s at worst): a folder that changed this short
 * before it was read may change again without showing it.
 */
const coarseMs = 2000;

export interface ListOptions {
  readonly signal?: AbortSignal | undefined;
  /** Only the newest so many. */
  readonly limit?: number | undefined;
}

/** The ids in a shard, and when its folder had been changed last at that moment. */
interface Shard {
  /** -1 when it had just been changed and may change again without showing it. */
  readonly modifiedAt: number;
  readonly ids: readonly string[];
}

export class RunLister {
  readonly #store: StorePath;
  readonly #host: () => Promise<HostIdentity>;
  #reader: Promise<SummaryReader> | undefined;
  #loading: Promise<RunIndex | undefined> | undefined;
  #shards: Map<string, Shard> | undefined;
  /** What this process has read itself; the rest comes from the index. */
  readonly #read = new Map<string, IndexRow>();
  #unwritten = 0;

  constructor(store: StorePath, host: () => Promise<HostIdentity>) {
    this.#store = store;
    this.#host = host;
  }

  /** Ids of all runs, newest first. */
  async ids(pause = new Pause()): Promise<string[]> {
    const { runs, index: indexFolder } = storePaths(this.#store);
    const before = (this.#shards ??= (await this.#index())?.shards() ?? new Map<string, Shard>());
    const shards = new Map<string, Shard>();
    const ids: string[] = [];
    let fileSystemTime: number | undefined;
    for (const name of listShards(runs)) {
      const modified = modifiedAt(`${runs}/${name}`);
      let shard = before.get(name);
      if (shard?.modifiedAt !== modified) {
        fileSystemTime ??= timeOfFileSystem(indexFolder);
        const settled = modified < fileSystemTime - coarseMs;
        shard = { modifiedAt: settled ? modified : -1, ids: listRunIds(runs, name) };
      }
      shards.set(name, shard);
      for (const id of shard.ids) ids.push(id);
      if (pause.due) await pause.take();
    }
    this.#shards = shards;
    return ids.sort().reverse();
  }

  /** Newest first. */
  async list({ signal, limit }: ListOptions): Promise<RunSummary[]> {
    signal?.throwIfAborted();
    const pause = new Pause(signal);
    const index = await this.#index();
    const { runs, index: indexFolder } = storePaths(this.#store);
    const ids = await this.ids(pause);
    const summaries: RunSummary[] = [];
    let fileSystemTime: number | undefined;
    for (const id of limit === undefined ? ids : ids.slice(0, limit)) {
      if (pause.due) await pause.take();
      const dir = `${runs}/${id.slice(-2)}/${id}`;
      const known = this.#known(id, dir, index);
      if (known !== undefined) {
        summaries.push(known);
        continue;
      }
      fileSystemTime ??= timeOfFileSystem(indexFolder);
      const stamps = readStamps(dir);
      const summary = await (await this.#open()).read(id, dir);
      if (summary === undefined) continue;
      summaries.push(summary);
      if (isSettled(summary) && newestOf(stamps) < fileSystemTime - coarseMs) {
        this.#read.set(id, { stamps, summary });
        this.#unwritten++;
      }
    }
    if (this.#unwritten >= Math.max(worthIndexing, ids.length / 100))
      await this.#writeIndex(ids.reverse(), index, pause);
    return summaries;
  }

  /** One run, read anew. Undefined when there is no such run. */
  async summary(id: string): Promise<RunSummary | undefined> {
    return (await this.#open()).read(id, join(storePaths(this.#store).runs, id.slice(-2), id));
  }

  #known(id: string, dir: string, index: RunIndex | undefined): RunSummary | undefined {
    const read = this.#read.get(id);
    if (read !== undefined && stillTrue(read.stamps, dir)) return read.summary;
    if (read !== undefined) this.#read.delete(id);
    const stamps = index?.stamps(id);
    return stamps !== undefined && stillTrue(stamps, dir) ? index?.summary(id) : undefined;
  }

  async #writeIndex(ids: readonly string[], index: RunIndex | undefined, pause: Pause): Promise<void> {
    this.#unwritten = 0;
    const shards = new Map([...(this.#shards ?? [])].map(([name, shard]) => [name, shard.modifiedAt]));
    await writeRunIndex(
      this.#store,
      { ids, row: id => this.#read.get(id) ?? rowOf(index, id), shards },
      pause,
    );
  }

  #index(): Promise<RunIndex | undefined> {
    this.#loading ??= RunIndex.load(this.#store);
    return this.#loading;
  }

  /** The schemas are loaded only when a run must really be read. */
  #open(): Promise<SummaryReader> {
    this.#reader ??= Promise.all([import('./readRun.ts'), this.#host()]).then(
      ([{ SummaryReader: Reader }, here]) => new Reader(here),
    );
    return this.#reader;
  }
}

function rowOf(index: RunIndex | undefined, id: string): IndexRow | undefined {
  const stamps = index?.stamps(id);
  const summary = index?.summary(id);
  return stamps === undefined || summary === undefined ? undefined : { stamps, summary };
}

/** Nothing but what changes a stamp can change such a summary. */
function isSettled({ state, problem }: RunSummary): boolean {
  return problem === undefined && (state === 'finished' || state === 'failed' || state === 'cancelled');
}

function readStamps(dir: string): RunStamps {
  return {
    folder: modifiedAt(dir),
    annotations: modifiedAt(join(dir, 'annotations')),
    verdicts: modifiedAt(join(dir, 'verdicts')),
  };
}

/** A folder that did not exist then can only come to be by changing the run folder itself. */
function stillTrue(stamps: RunStamps, dir: string): boolean {
  return (
    stamps.folder === modifiedAt(dir) &&
    (stamps.annotations === 0 || stamps.annotations === modifiedAt(`${dir}/annotations`)) &&
    (stamps.verdicts === 0 || stamps.verdicts === modifiedAt(`${dir}/verdicts`))
  );
}

function modifiedAt(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return -1;
  }
}

function newestOf({ folder, annotations, verdicts }: RunStamps): number {
  return Math.max(folder, annotations, verdicts);
}

/** Now, by the clock that stamps the folders: that of the file system, which may be another machine's. */
function timeOfFileSystem(folder: string): number {
  const probe = join(folder, `.probe.${randomBytes(6).toString('hex')}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(probe, '');
    const now = statSync(probe).mtimeMs;
    unlinkSync(probe);
    return now;
  } catch {
    return Date.now();
  }
}
