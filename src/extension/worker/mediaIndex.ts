/**
 * What a run's `media.jsonl` holds, without holding it: for each card and step the place of its line in the file. Read
 * on from where it was while the run goes; a line is read again when somebody looks at it.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { mediaKinds, type MediaCard, type MediaKind } from '../../protocol/mediaProtocol.ts';
import { readMediaLines, type MediaEntry } from '../../runs/media.ts';

const pieceBytes = 1024 * 1024;
/** A longer line is no entry that a card could show. */
const mostLineBytes = 16 * 1024 * 1024;
/** A slider has no more places than this. */
const mostSteps = 5000;

interface Place {
  readonly offset: number;
  readonly length: number;
}

interface IndexedCard extends Omit<MediaCard, 'steps'> {
  /** Of entries at the same step the last one stays. */
  readonly places: Map<number, Place>;
  /** Ascending; undefined after a new step came. */
  sorted: Float64Array | undefined;
}

export class MediaIndex {
  readonly #path: string;
  readonly #cards = new Map<string, IndexedCard>();
  #offset = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Takes in what was appended. A run without media has no file, and that is no error. */
  async read(): Promise<void> {
    const reading = this.#reading.then(() => this.#readOn());
    this.#reading = reading.catch(() => undefined);
    await reading;
  }

  /** In the order of their first entry. */
  cards(): MediaCard[] {
    return [...this.#cards.values()].map(card => {
      const { id, kind, key, rank } = card;
      return { id, kind, key, rank, steps: thinned(sortedSteps(card)) };
    });
  }

  /** The entry at the nearest step, the earlier of two; of null the newest. Undefined when it is gone. */
  async entry(id: string, step: number | null): Promise<MediaEntry | undefined> {
    const card = this.#cards.get(id);
    if (card === undefined) return undefined;
    const place = card.places.get(nearestStep(sortedSteps(card), step));
    if (place === undefined) return undefined;
    const handle = await open(this.#path, 'r');
    try {
      const line = await readAt(handle, place.offset, place.length);
      return readMediaLines(line.toString('utf8'))[0];
    } finally {
      await handle.close();
    }
  }

  async #readOn(): Promise<void> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path, 'r');
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return;
      throw error;
    }
    try {
      const { size } = await handle.stat();
      if (size < this.#offset) this.#forget();
      let rest = Buffer.alloc(0);
      for (let at = this.#offset; at < size;) {
        const piece = await readAt(handle, at, Math.min(pieceBytes, size - at));
        if (piece.length === 0) return;
        at += piece.length;
        rest = this.#takeLines(rest.length === 0 ? piece : Buffer.concat([rest, piece]));
        if (rest.length > mostLineBytes) {
          this.#offset += rest.length;
          rest = Buffer.alloc(0);
        }
      }
    } finally {
      await handle.close();
    }
  }

  /** @returns What stands after the last whole line. */
  #takeLines(bytes: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      const [entry] = readMediaLines(bytes.toString('utf8', start, end));
      if (entry !== undefined) this.#take(entry, { offset: this.#offset, length: end - start });
      this.#offset += end + 1 - start;
      start = end + 1;
    }
    return bytes.subarray(start);
  }

  #take(entry: MediaEntry, place: Place): void {
    const kind = mediaKinds.find(known => known === entry.kind);
    if (kind === undefined || !Number.isFinite(entry.step)) return;
    const rank = entry.rank ?? null;
    const id = cardId(kind, entry.key, rank);
    const card: IndexedCard = this.#cards.get(id) ?? {
      ...{ id, kind, rank, key: entry.key },
      places: new Map(),
      sorted: undefined,
    };
    this.#cards.set(id, card);
    if (!card.places.has(entry.step)) card.sorted = undefined;
    card.places.set(entry.step, place);
  }

  #forget(): void {
    this.#cards.clear();
    this.#offset = 0;
  }
}

function cardId(kind: MediaKind, key: string, rank: number | null): string {
  return JSON.stringify([kind, key, rank]);
}

function sortedSteps(card: IndexedCard): Float64Array {
  card.sorted ??= Float64Array.from(card.places.keys()).sort();
  return card.sorted;
}

function nearestStep(steps: Float64Array, wanted: number | null): number {
  if (wanted === null) return steps.at(-1) ?? NaN;
  let nearest = steps[0] ?? NaN;
  for (const step of steps) if (Math.abs(step - wanted) < Math.abs(nearest - wanted)) nearest = step;
  return nearest;
}

function thinned(steps: Float64Array): Float64Array {
  if (steps.length <= mostSteps) return steps;
  const stride = (steps.length - 1) / (mostSteps - 1);
  return Float64Array.from({ length: mostSteps }, (_, i) => steps[Math.round(i * stride)] ?? NaN);
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
