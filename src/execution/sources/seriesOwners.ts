/**
 * Who logs which series of a run, so that two sources that log a metric of the same name stay two series. What a program
 * tells at once (MLflow, LOCKSTEP_METRICS, standard output, in this order) has the plain name, a file of the same name
 * is called by its file, whichever came first: which of them is heard first is chance, and two runs of one program must
 * call their metrics the same. Where the other came first, the whole series gets its other name by a mark in the metric
 * log (runs/seriesOwners.ts), which also tells a later supervisor whose each name is.
 */
import { storedRank } from '../../runs/metricFrames.ts';
import type { SourceProgress } from '../../runs/metricFrames.ts';
import { ownerMarkOf, ownerMarkText } from '../../runs/seriesOwners.ts';
import type { OwnerMark } from '../../runs/seriesOwners.ts';

/** The name is also the prefix where another has the plain name. */
export type Teller = 'mlflow' | 'reported' | 'stdout';

/** The metric log as an earlier supervisor left it. */
export interface OwnersBefore {
  readonly sources: Iterable<string>;
  countBefore(key: string, rank: number | undefined): number;
}

interface Owned {
  readonly owner: string;
  /** As the owner calls the metric. */
  readonly told: string;
  /** What the series may be called instead; none: then it is shared. */
  readonly otherwise: readonly string[];
}

const mostSeries = 200_000;
const places: ReadonlyMap<string, number> = new Map([
  ['mlflow', 0],
  ['reported', 1],
  ['stdout', 2],
]);

export class SeriesOwners {
  readonly #before: OwnersBefore | undefined;
  readonly #owners = new Map<string, Owned>();
  /** Of tellers: what each of their metrics is called. */
  readonly #keys = new Map<string, string>();
  /** Which file has a name among files, whether or not something else has taken it from all of them. */
  readonly #files = new Map<string, string>();
  #unwritten: SourceProgress[] = [];
  #moves = 0;

  constructor(before?: OwnersBefore) {
    this.#before = before;
    for (const source of before?.sources ?? []) {
      const mark = ownerMarkOf(source);
      if (mark !== undefined) this.#recall(mark);
    }
  }

  /** Grows when a series gets another name. */
  get moves(): number {
    return this.#moves;
  }

  /** True when the name is no other file's. */
  isFree(owner: string, key: string, rank: number | undefined): boolean {
    const known = this.#files.get(idOf(key, rank));
    return known === undefined || known === owner;
  }

  /**
   * What a metric of a file is called from now on; the first who comes keeps a name among files.
   * @param keys What it may be called, the best first. Where there is one alone, it is shared with whoever has it.
   */
  claim(owner: string, keys: readonly string[], rank: number | undefined): string {
    const first = keys.findIndex(key => this.isFree(owner, key, rank));
    const names = first < 0 ? keys.slice(-1) : keys.slice(first);
    const [plain = ''] = names;
    if (this.#owners.size >= mostSeries) return plain;
    if (first >= 0) this.#files.set(idOf(plain, rank), owner);
    for (const [place, key] of names.entries()) {
      const holder = this.#owners.get(idOf(key, rank));
      if (holder?.owner === owner) return key;
      if (holder !== undefined) continue;
      this.#owners.set(idOf(key, rank), { owner, told: plain, otherwise: names.slice(place + 1) });
      return key;
    }
    return names.at(-1) ?? plain;
  }

  /** What a metric that a teller tells is called from now on. What must be kept of it waits for {@link written}. */
  keyOf(teller: Teller, told: string, rank: number | undefined): string {
    const id = `${teller}\0${idOf(told, rank)}`;
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    if (this.#owners.size >= mostSeries) return told;
    let key = told;
    while (!this.#take(teller, told, key, rank)) key = `${teller}/${key}`;
    this.#keys.set(id, key);
    return key;
  }

  /** The same, where it is decided already. */
  knownKey(teller: Teller, told: string, rank: number | undefined): string | undefined {
    return this.#keys.get(`${teller}\0${idOf(told, rank)}`);
  }

  /** What the teller calls a series; undefined when it is none of its own. */
  toldBy(teller: Teller, key: string, rank: number | undefined): string | undefined {
    const known = this.#owners.get(idOf(key, rank));
    return known?.owner === teller ? known.told : undefined;
  }

  /** False when the series is known to be another's. */
  mayHave(owner: string, key: string, rank: number | undefined): boolean {
    const known = this.#owners.get(idOf(key, rank));
    return known === undefined || known.owner === owner;
  }

  /** Before any points: what must be in the log first. What `write` throws leaves it to be written the next time. */
  written(write: (marks: readonly SourceProgress[]) => void): void {
    if (this.#unwritten.length === 0) return;
    write(this.#unwritten);
    this.#unwritten = [];
  }

  /** False when the name stays another's. */
  #take(teller: Teller, told: string, key: string, rank: number | undefined): boolean {
    const id = idOf(key, rank);
    const holder = this.#owners.get(id);
    if (holder?.owner === teller) return true;
    // An earlier supervisor wrote it, and its file has not been read again yet.
    if (holder === undefined && (this.#before?.countBefore(key, rank) ?? 0) > 0) return false;
    let moved: OwnerMark['moved'];
    if (holder !== undefined) {
      // Only the plain name is worth that.
      if (key !== told || placeOf(teller) >= placeOf(holder.owner)) return false;
      moved = this.#moveAway(holder, key, rank);
    }
    this.#owners.set(id, { owner: teller, told, otherwise: [] });
    const mark = { key, rank: rankOf(rank), owner: teller, told, moved };
    this.#unwritten.push({ source: ownerMarkText(mark), offset: 1 });
    return true;
  }

  #moveAway(holder: Owned, key: string, rank: number | undefined): OwnerMark['moved'] {
    const { owner } = holder;
    const isUnused = (name: string): boolean =>
      !this.#owners.has(idOf(name, rank)) && (this.#before?.countBefore(name, rank) ?? 0) === 0;
    let names = holder.otherwise;
    if (places.has(owner)) {
      let name = `${owner}/${key}`;
      while (!isUnused(name)) name = `${owner}/${name}`;
      names = [name];
    }
    const place = names.findIndex(isUnused);
    const name = names[place];
    if (name === undefined) return undefined;
    this.#move({ ...holder, otherwise: names.slice(place + 1) }, name, rank);
    return { key: name, owner };
  }

  #move(holder: Owned, key: string, rank: number | undefined): void {
    this.#moves++;
    this.#owners.set(idOf(key, rank), holder);
    if (places.has(holder.owner)) this.#keys.set(`${holder.owner}\0${idOf(holder.told, rank)}`, key);
  }

  #recall({ key, rank: storedAs, owner, told, moved }: OwnerMark): void {
    const rank = storedAs ?? undefined;
    const holder = this.#owners.get(idOf(key, rank));
    if (moved !== undefined) {
      const movedAs = holder?.told ?? key;
      this.#move({ owner: moved.owner, told: movedAs, otherwise: [] }, moved.key, rank);
    }
    this.#owners.set(idOf(key, rank), { owner, told, otherwise: [] });
    this.#keys.set(`${owner}\0${idOf(told, rank)}`, key);
  }
}

/** Files come last. */
function placeOf(owner: string): number {
  return places.get(owner) ?? places.size;
}

function idOf(key: string, rank: number | undefined): string {
  return `${rankOf(rank) ?? ''}\0${key}`;
}

/** As the log keeps it. */
function rankOf(rank: number | undefined): number | null {
  const stored = storedRank(rank);
  return stored < 0 ? null : stored;
}
