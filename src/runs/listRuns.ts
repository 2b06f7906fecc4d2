/**
 * Lists runs with as little reading as can be: what was read before (by this process, or by any, through the index)
 * counts while the folders it came from are unchanged; everything else is read anew. Runs that may go on always are.
 */
import type { HostIdentity } from '../base/processIdentity.ts';
import { Pause } from './pause.ts';
import type { SummaryReader, SummaryReading } from './readRun.ts';
import { listIds, type ListedIds } from './listIds.ts';
import { runAbove } from './runAbove.ts';
import { RunIndex } from './runIndex.ts';
import { storePaths, type StorePath } from './runPaths.ts';
import { FileSystemClock, newestOf, readStamps, stillTrue, type RunStamps } from './runStamps.ts';
import type { RunSummary } from './runSummary.ts';
import { summaryToText, type SummaryText } from './summaryText.ts';
import { writeRunIndex, type StoredRow } from './writeRunIndex.ts';

/** Fewer runs than this are read faster than an index is written. */
const worthIndexing = 64;

export interface ListOptions {
  readonly signal?: AbortSignal | undefined;
  /** Only the newest so many. */
  readonly limit?: number | undefined;
  /** False leaves archived runs out. */
  readonly archived?: boolean | undefined;
  /** False leaves child runs out, and those of probes and trials. */
  readonly children?: boolean | undefined;
}

export interface RunPage<T> {
  /** Newest first. */
  readonly runs: T[];
  /** How many runs the store holds. */
  readonly stored: number;
}

/** What this process has read itself. */
interface ReadRow {
  readonly stamps: RunStamps;
  readonly summary: RunSummary;
  text?: SummaryText;
}

/** How a listed run is given: from a row of the index (undefined when that is not to be had), or from what was read. */
interface Form<T> {
  readonly ofPlace: (index: RunIndex, place: number) => T | undefined;
  readonly ofRow: (row: ReadRow) => T;
}

const asSummary: Form<RunSummary> = {
  ofPlace: (index, place) => index.summary(place),
  ofRow: row => row.summary,
};
const asText: Form<string | Uint8Array> = {
  ofPlace: (index, place) => index.text(place),
  ofRow: row => textOf(row).text,
};

export class RunLister {
  readonly #store: StorePath;
  readonly #runs: string;
  readonly #host: () => Promise<HostIdentity>;
  #reader: Promise<SummaryReader> | undefined;
  #index: { readonly loaded: RunIndex | undefined } | undefined;
  #ids: ListedIds | undefined;
  readonly #read = new Map<string, ReadRow>();
  #unwritten = 0;

  constructor(store: StorePath, host: () => Promise<HostIdentity>) {
    this.#store = store;
    this.#runs = storePaths(store).runs;
    this.#host = host;
  }

  /** Ids of all runs, newest first. */
  async ids(): Promise<string[]> {
    return (await this.#refreshIds(new Pause())).ids.toReversed();
  }

  page(options: ListOptions): Promise<RunPage<RunSummary>> {
    return this.#list(options, asSummary);
  }

  /** Each run as one JSON document, see summaryText.ts; bytes are UTF-8. */
  listTexts(options: ListOptions): Promise<RunPage<string | Uint8Array>> {
    return this.#list(options, asText);
  }

  /** One run, read anew. Undefined when there is no such run. */
  async summary(id: string): Promise<RunSummary | undefined> {
    return (await (await this.#open()).read(id, this.#folder(id)))?.summary;
  }

  async #list<T>(options: ListOptions, form: Form<T>): Promise<RunPage<T>> {
    const { signal, limit = Infinity } = options;
    const leftOut = (archived: boolean, child: boolean): boolean =>
      (archived && options.archived === false) || (child && options.children === false);
    signal?.throwIfAborted();
    const pause = new Pause(signal);
    const { ids } = await this.#refreshIds(pause);
    const index = this.#loadIndex();
    const clock = new FileSystemClock(storePaths(this.#store).index);
    const runs: T[] = [];
    let place = (index?.ids.length ?? 0) - 1;
    for (let at = ids.length - 1; at >= 0 && runs.length < limit; at--) {
      if (pause.due) await pause.take();
      const id = ids[at] ?? '';
      const dir = this.#folder(id);
      // Both lists are sorted: the row of this run is the next or further down.
      while (place >= 0 && (index?.ids[place] ?? id) > id) place--;
      const row = this.#known(id, dir);
      if (row === undefined && index?.ids[place] === id) {
        const stamps = index.stamps(place);
        if (stamps !== undefined && stillTrue(stamps, dir)) {
          if (leftOut(index.archived(place), index.child(place))) continue;
          const given = form.ofPlace(index, place);
          if (given !== undefined) {
            runs.push(given);
            continue;
          }
        }
      }
      const found = row ?? (await this.#readAnew(id, dir, clock));
      if (found === undefined || leftOut(found.summary.archived, runAbove(found.summary) !== undefined))
        continue;
      runs.push(form.ofRow(found));
    }
    if (this.#unwritten >= Math.max(worthIndexing, ids.length / 100)) await this.#writeIndex(pause);
    return { runs, stored: ids.length };
  }

  #known(id: string, dir: string): ReadRow | undefined {
    const row = this.#read.get(id);
    if (row === undefined || stillTrue(row.stamps, dir)) return row;
    this.#read.delete(id);
    return undefined;
  }

  async #readAnew(id: string, dir: string, clock: FileSystemClock): Promise<ReadRow | undefined> {
    const reader = await this.#open();
    const stamps = readStamps(dir);
    const old = clock.isOld(newestOf(stamps));
    const reading: SummaryReading | undefined =
      reader.readEnded(id, dir, stamps) ?? (await reader.read(id, dir));
    if (reading === undefined) return undefined;
    const row = { stamps, summary: reading.summary };
    if (reading.settled && old) {
      this.#read.set(id, row);
      this.#unwritten++;
    }
    return row;
  }

  async #refreshIds(pause: Pause): Promise<ListedIds> {
    const index = this.#loadIndex();
    const before = this.#ids ?? { ids: index?.ids ?? [], shards: index?.shardTimes() ?? new Map() };
    const now = await listIds(this.#store, before, pause);
    // Shards that each lister must list anew are worth a new index as runs that it must read are.
    this.#unwritten += now.relisted;
    return (this.#ids = now);
  }

  async #writeIndex(pause: Pause): Promise<void> {
    const { ids, shards } = this.#ids ?? (await this.#refreshIds(pause));
    this.#unwritten = 0;
    const index = this.#loadIndex();
    let place = -1;
    const row = (id: string): StoredRow | undefined => {
      while (place < (index?.ids.length ?? 0) && (index?.ids[place] ?? '') < id) place++;
      const read = this.#read.get(id);
      if (read !== undefined) return { stamps: read.stamps, ...flagsOf(read.summary), ...textOf(read) };
      return index?.ids[place] === id ? storedRow(index, place) : undefined;
    };
    await writeRunIndex(this.#store, { ids, row, shards }, pause);
  }

  #loadIndex(): RunIndex | undefined {
    this.#index ??= { loaded: RunIndex.load(this.#store) };
    return this.#index.loaded;
  }

  #folder(id: string): string {
    return `${this.#runs}/${id.slice(-2)}/${id}`;
  }

  /** The schemas are loaded only when a run must really be read. */
  #open(): Promise<SummaryReader> {
    this.#reader ??= Promise.all([import('./readRun.ts'), this.#host()]).then(
      ([{ SummaryReader: Reader }, here]) => new Reader(here),
    );
    return this.#reader;
  }
}

function flagsOf(run: RunSummary): Pick<StoredRow, 'archived' | 'child'> {
  return { archived: run.archived, child: runAbove(run) !== undefined };
}

function textOf(row: ReadRow): SummaryText {
  return (row.text ??= summaryToText(row.summary));
}

function storedRow(index: RunIndex, place: number): StoredRow | undefined {
  const stamps = index.stamps(place);
  const text = stamps === undefined ? undefined : index.text(place);
  if (stamps === undefined || text === undefined) return undefined;
  return {
    ...{ stamps, text },
    ...{ plain: index.plain(place), archived: index.archived(place), child: index.child(place) },
  };
}
