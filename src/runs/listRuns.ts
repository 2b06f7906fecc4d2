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

export class RunLister {
  readonly #store: StorePath;
  readonly #host: () => Promise<HostIdentity>;
  #reader: Promise<SummaryReader> | undefined;
  #index: Promise<RunIndex | undefined> | undefined;
  readonly #read = new Map<string, IndexRow>();
  #unwritten = 0;

  constructor(store: StorePath, host: () => Promise<HostIdentity>) {
    this.#store = store;
    this.#host = host;
  }

  /** Ids of all runs, newest first. */
  async ids(pause = new Pause()): Promise<string[]> {
    const { runs } = storePaths(this.#store);
    const ids: string[] = [];
    for (const shard of listShards(runs)) {
      for (const id of listRunIds(runs, shard)) ids.push(id);
      if (pause.due) await pause.take();
    }
    return ids.sort().reverse();
  }

  /** Newest first. */
  async list({ signal, limit }: ListOptions): Promise<RunSummary[]> {
    signal?.throwIfAborted();
    const pause = new Pause(signal);
    this.#index ??= RunIndex.load(this.#store);
    const index = await this.#index;
    const { runs, index: indexFolder } = storePaths(this.#store);
    const ids = await this.ids(pause);
    const summaries: RunSummary[] = [];
    let fileSystemTime: number | undefined;
    for (const id of limit === undefined ? ids : ids.slice(0, limit)) {
      if (pause.due) await pause.take();
      const dir = join(runs, id.slice(-2), id);
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
      await this.#writeIndex(ids, index, pause);
    return summaries;
  }

  /** One run, read anew. Undefined when there is no such run. */
  async summary(id: string): Promise<RunSummary | undefined> {
    return (await this.#open()).read(id, join(storePaths(this.#store).runs, id.slice(-2), id));
  }

  #known(id: string, dir: string, index: RunIndex | undefined): RunSummary | undefined {
    const read = this.#read.get(id);
    const stamps = read?.stamps ?? index?.stamps(id);
    if (stamps === undefined) return undefined;
    if (!stillTrue(stamps, dir)) {
      this.#read.delete(id);
      return undefined;
    }
    if (read !== undefined) return read.summary;
    const summary = index?.summary(id);
    if (summary !== undefined) this.#read.set(id, { stamps, summary });
    return summary;
  }

  async #writeIndex(ids: readonly string[], index: RunIndex | undefined, pause: Pause): Promise<void> {
    const rows = new Map<string, IndexRow>();
    for (const id of ids) {
      const row = this.#read.get(id) ?? rowOf(index, id);
      if (row !== undefined) rows.set(id, row);
    }
    this.#unwritten = 0;
    await writeRunIndex(this.#store, rows, pause);
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
