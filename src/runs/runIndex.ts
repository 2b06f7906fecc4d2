/**
 * The index: summaries of ended runs in one file, so that a list opens one file instead of tens of thousands. It is
 * disposable and never believed without proof: each row carries the modification times of the folders that it was
 * made from, and counts only while they are the same.
 *
 * Only the heading is read at first (55 bytes a run); rows are read and parsed where they are asked for, in blocks that
 * carry their own checksums.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import {
  idLength,
  indexTitle,
  isArchived,
  isChild,
  isPlain,
  rowsPerBlock,
  runIndexPath,
  titleLength,
  viewHeading,
  type IndexHeading,
} from './runIndexFormat.ts';
import type { StorePath } from './runPaths.ts';
import type { RunStamps } from './runStamps.ts';
import type { RunSummary } from './runSummary.ts';
import { summaryFromText } from './summaryText.ts';

export class RunIndex {
  readonly #path: string;
  readonly #title: string;
  readonly #heading: IndexHeading;
  /** Newest last. */
  readonly ids: readonly string[];
  readonly #parsed: (RunSummary | undefined)[] = [];
  /** The block read last; without bytes when it is not to be had. */
  #block: { readonly number: number; readonly bytes: Buffer | undefined } | undefined;

  private constructor(path: string, title: string, heading: IndexHeading) {
    this.#path = path;
    this.#title = title;
    this.#heading = heading;
    const { length } = heading.flags;
    this.ids = Array.from({ length }, (_, place) =>
      heading.ids.slice(place * idLength, (place + 1) * idLength),
    );
  }

  /** Undefined when there is no index, or its heading is torn, changed by others or of another version. */
  static load(store: StorePath): RunIndex | undefined {
    const path = runIndexPath(store);
    return reading(path, (file, size) => {
      const title = readBytes(file, 0, titleLength)?.toString('latin1') ?? '';
      const length = Number.parseInt(title.slice(-9), 16);
      if (!(length <= size - titleLength)) return undefined;
      const bytes = readBytes(file, titleLength, length);
      if (bytes === undefined || title !== indexTitle(bytes)) return undefined;
      const heading = viewHeading(bytes);
      return heading === undefined ? undefined : new RunIndex(path, title, heading);
    });
  }

  /** Shard → the modification time that its folder had when its ids were these; -1 when that time was too young. */
  shardTimes(): Map<string, number> {
    const { shardNames, shardTimes } = this.#heading;
    return new Map(
      Array.from(shardTimes, (time, place) => [shardNames.slice(place * 2, place * 2 + 2), time]),
    );
  }

  /** Undefined for a run that must be read. `place` is that in `ids`, here and below. */
  stamps(place: number): RunStamps | undefined {
    const { stamps } = this.#heading;
    const folder = stamps[place * 3];
    if (folder === undefined || folder < 0) return undefined;
    return { folder, annotations: stamps[place * 3 + 1] ?? 0, verdicts: stamps[place * 3 + 2] ?? 0 };
  }

  archived(place: number): boolean {
    return isArchived(this.#heading.flags[place] ?? 0);
  }

  child(place: number): boolean {
    return isChild(this.#heading.flags[place] ?? 0);
  }

  plain(place: number): boolean {
    return isPlain(this.#heading.flags[place] ?? 0);
  }

  /** The row as it is stored; undefined when the file has been replaced or damaged since the heading was read. */
  text(place: number): Buffer | undefined {
    const { rowEnds } = this.#heading;
    const first = place - (place % rowsPerBlock);
    const begin = first === 0 ? 0 : (rowEnds[first - 1] ?? 0);
    const from = place === 0 ? 0 : (rowEnds[place - 1] ?? 0);
    return this.#blockOf(place)?.subarray(from - begin, (rowEnds[place] ?? 0) - begin);
  }

  /** The summary as it was when the folders had the stamps of its row; undefined as for {@link text}. */
  summary(place: number): RunSummary | undefined {
    const before = this.#parsed[place];
    if (before !== undefined) return before;
    const text = this.text(place)?.toString('utf8');
    if (text === undefined) return undefined;
    return (this.#parsed[place] = summaryFromText({ text, plain: this.plain(place) }));
  }

  #blockOf(place: number): Buffer | undefined {
    const number = Math.floor(place / rowsPerBlock);
    if (this.#block?.number !== number) this.#block = { number, bytes: this.#readBlock(number) };
    return this.#block.bytes;
  }

  #readBlock(number: number): Buffer | undefined {
    const { rowEnds, blockSums, length } = this.#heading;
    const begin = number === 0 ? 0 : (rowEnds[number * rowsPerBlock - 1] ?? 0);
    const end = rowEnds[Math.min((number + 1) * rowsPerBlock, rowEnds.length) - 1] ?? 0;
    return reading(this.#path, file => {
      // The heading holds the sums of all blocks: the same title means the same file.
      if (readBytes(file, 0, titleLength)?.toString('latin1') !== this.#title) return undefined;
      const bytes = readBytes(file, titleLength + length + begin, end - begin);
      return bytes !== undefined && crc32(bytes) === blockSums[number] ? bytes : undefined;
    });
  }
}

function reading<T>(path: string, act: (file: number, size: number) => T | undefined): T | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return act(file, fstatSync(file).size);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Undefined when the file ends before. */
function readBytes(file: number, position: number, length: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, position + filled);
    if (read === 0) return undefined;
    filled += read;
  }
  return bytes;
}
