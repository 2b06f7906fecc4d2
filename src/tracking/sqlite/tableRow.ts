/**
 * One row of a SQLite table over the bytes of its record; only what is asked for is decoded. A value that the record
 * does not hold (the column was added later) is null.
 * Source of the format: https://www.sqlite.org/fileformat2.html#record_format
 */
import type { TextEncoding } from './pageFile.ts';

/** Of a row, more columns than this are not looked at. */
const mostColumns = 2_000;

export class TableRow {
  rowid = 0;
  readonly #encoding: TextEncoding;
  readonly #rowidColumn: number;
  #bytes: Buffer = Buffer.alloc(0);
  #columns = 0;
  readonly #types = new Float64Array(mostColumns);
  readonly #offsets = new Float64Array(mostColumns);

  /** @param rowidColumn The column that is another name of the row number, and is stored as null; -1 for none. */
  constructor(encoding: TextEncoding, rowidColumn: number) {
    this.#encoding = encoding;
    this.#rowidColumn = rowidColumn;
  }

  /** Makes this the row of another record. False when the bytes are none. */
  load(rowid: number, bytes: Buffer): boolean {
    this.rowid = rowid;
    this.#bytes = bytes;
    this.#columns = 0;
    const [headEnd, first] = readVarint(bytes, 0);
    if (headEnd > bytes.length || headEnd < first) return false;
    let at = first;
    let offset = headEnd;
    while (at < headEnd && this.#columns < mostColumns) {
      const [type, next] = readVarint(bytes, at);
      at = next;
      const length = lengthOf(type);
      if (at > headEnd || offset + length > bytes.length) return false;
      this.#types[this.#columns] = type;
      this.#offsets[this.#columns] = offset;
      this.#columns++;
      offset += length;
    }
    return true;
  }

  /** The text of a column, a number as text; undefined for null, bytes, and a column that there is not. */
  text(column: number, longest = Number.POSITIVE_INFINITY): string | undefined {
    const type = this.#type(column);
    if (type < 12) return this.number(column)?.toString();
    if (type % 2 === 0) return undefined;
    const from = this.#offsets[column] ?? 0;
    const to = from + Math.min(lengthOf(type), longest * 4);
    const text = decoded(this.#bytes, from, to, this.#encoding);
    return text.length > longest ? text.slice(0, longest) : text;
  }

  /** The text of a column, also of one that holds text as bytes. Undefined for null. */
  content(column: number): string | undefined {
    const type = this.#type(column);
    if (type < 12 || type % 2 === 1) return this.text(column);
    const from = this.#offsets[column] ?? 0;
    return this.#bytes.toString('utf8', from, from + lengthOf(type));
  }

  /** Undefined for null and what is no number. Whole numbers beyond 2^53 are rounded. */
  number(column: number): number | undefined {
    const from = this.#offsets[column] ?? 0;
    switch (this.#type(column)) {
      case 0:
        return column >= 0 && column === this.#rowidColumn ? this.rowid : undefined;
      case 1:
        return this.#bytes.readInt8(from);
      case 2:
        return this.#bytes.readInt16BE(from);
      case 3:
        return this.#bytes.readIntBE(from, 3);
      case 4:
        return this.#bytes.readInt32BE(from);
      case 5:
        return this.#bytes.readIntBE(from, 6);
      case 6:
        return Number(this.#bytes.readBigInt64BE(from));
      case 7:
        return this.#bytes.readDoubleBE(from);
      case 8:
        return 0;
      case 9:
        return 1;
      default:
        return undefined;
    }
  }

  #type(column: number): number {
    return column >= 0 && column < this.#columns ? (this.#types[column] ?? 0) : 0;
  }
}

/** The value and where the next begins; past the end of the bytes, an end beyond them. At most 2^53 is told exactly. */
export function readVarint(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  for (let place = 0; place < 8; place++) {
    const byte = bytes[from + place];
    if (byte === undefined) return [0, bytes.length + 1];
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, from + place + 1];
  }
  const last = bytes[from + 8];
  return last === undefined ? [0, bytes.length + 1] : [value * 256 + last, from + 9];
}

const lengths = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

function lengthOf(type: number): number {
  return type < 12 ? (lengths[type] ?? 0) : Math.floor((type - 12) / 2);
}

function decoded(bytes: Buffer, from: number, to: number, encoding: TextEncoding): string {
  if (encoding !== 'utf16be') return bytes.toString(encoding, from, to);
  const swapped = Buffer.from(bytes.subarray(from, to - ((to - from) % 2)));
  return swapped.swap16().toString('utf16le');
}
