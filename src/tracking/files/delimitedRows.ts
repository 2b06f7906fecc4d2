/**
 * Splits a growing table (RFC 4180: quotes, doubled quotes, newlines in quotes; LF or CRLF; a byte order mark) into
 * rows of cells. A row is told when its newline has come; how the bytes are cut into pieces changes nothing. What is
 * held is at most one row and one piece.
 */
import { PendingBytes } from './pendingBytes.ts';

const newline = 0x0a;
const quote = 0x22;
const longestRow = 4 * 1024 * 1024;

export type Delimiter = ',' | ';' | '\t';

/** Where the scan stands: before a cell, in a plain one, in quotes, after a quote in quotes. */
const place = { before: 0, plain: 1, quoted: 2, afterQuote: 3 } as const;
type Place = (typeof place)[keyof typeof place];

export class DelimitedRows {
  readonly #onRow: (cells: string[]) => void;
  readonly #onProblem: (problem: string) => void;
  readonly #pending = new PendingBytes();
  #delimiter: Delimiter | undefined;
  #place: Place = place.before;
  /** How much of what is pending was scanned. */
  #scanned = 0;
  #skipping = false;
  #isFirst = true;
  /** A quote that is never closed would swallow the table: from then on quotes are letters. */
  #quotesAreLetters = false;

  /** @param delimiter Told from the first line when undefined. */
  constructor(
    delimiter: Delimiter | undefined,
    onRow: (cells: string[]) => void,
    onProblem: (problem: string) => void,
  ) {
    this.#delimiter = delimiter;
    this.#onRow = onRow;
    this.#onProblem = onProblem;
  }

  push(bytes: Uint8Array): void {
    this.#pending.append(bytes);
    while (this.#takeRow());
  }

  /** Takes the rest for a row. */
  end(): void {
    const rest = this.#pending.bytes;
    if (rest.length > 0 && !this.#skipping) {
      this.#delimiter ??= delimiterOf(rest);
      this.#tell(rest);
    }
    this.#pending.drop(rest.length);
    this.#startRow();
    this.#skipping = false;
  }

  /** False when more bytes are needed. */
  #takeRow(): boolean {
    const { bytes } = this.#pending;
    if (this.#delimiter === undefined) {
      if (!bytes.includes(newline) && bytes.length <= longestRow) return false;
      this.#delimiter = delimiterOf(bytes.subarray(0, longestRow));
    }
    const end = this.#rowEnd(bytes);
    if (this.#skipping) {
      this.#pending.drop(end < 0 ? bytes.length : end + 1);
      this.#startRow();
      this.#skipping = end < 0;
      return end >= 0;
    }
    if ((end < 0 ? bytes.length : end) > longestRow) {
      this.#startRow();
      if (!this.#quotesAreLetters && bytes.subarray(0, longestRow).includes(quote)) {
        this.#quotesAreLetters = true;
        this.#onProblem('a quote is not closed: quotes are taken for letters');
      } else {
        this.#skipping = true;
        this.#onProblem('a line is longer than 4 MiB: it was left out');
      }
      return true;
    }
    if (end < 0) return false;
    this.#tell(bytes.subarray(0, end));
    this.#pending.drop(end + 1);
    this.#startRow();
    return true;
  }

  #startRow(): void {
    this.#scanned = 0;
    this.#place = place.before;
  }

  /** The newline that ends the row, or -1 when it has not come. */
  #rowEnd(bytes: Uint8Array): number {
    const from = this.#scanned;
    const line = bytes.indexOf(newline, from);
    if (this.#quotesAreLetters || this.#skipping) {
      this.#scanned = bytes.length;
      return line;
    }
    // A line without quotes needs no walk through its cells.
    if (this.#place !== place.quoted && line >= 0 && !bytes.subarray(from, line).includes(quote)) return line;
    return this.#walk(bytes, from);
  }

  #walk(bytes: Uint8Array, from: number): number {
    const separator = this.#delimiter?.charCodeAt(0);
    let at: Place = this.#place;
    for (let i = from; i < bytes.length; i++) {
      const byte = bytes[i];
      if (at === place.quoted) {
        if (byte === quote) at = place.afterQuote;
      } else if (byte === quote && (at === place.before || at === place.afterQuote)) at = place.quoted;
      else if (byte === newline) return i;
      else at = byte === separator ? place.before : place.plain;
    }
    this.#place = at;
    this.#scanned = bytes.length;
    return -1;
  }

  #tell(row: Uint8Array): void {
    let text = Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString('utf8');
    if (text.endsWith('\r')) text = text.slice(0, -1);
    if (this.#isFirst && text.startsWith('\ufeff')) text = text.slice(1);
    this.#isFirst = false;
    const delimiter = this.#delimiter ?? ',';
    this.#onRow(
      this.#quotesAreLetters || !text.includes('"') ? text.split(delimiter) : splitQuoted(text, delimiter),
    );
  }
}

/** The one of comma, tab and semicolon that the first line has most of. */
export function delimiterOf(head: Uint8Array): Delimiter {
  const end = head.indexOf(newline);
  const counts = { ',': 0, '\t': 0, ';': 0 };
  for (const byte of end < 0 ? head : head.subarray(0, end)) {
    if (byte === 0x2c) counts[',']++;
    else if (byte === 0x09) counts['\t']++;
    else if (byte === 0x3b) counts[';']++;
  }
  if (counts['\t'] > counts[','] && counts['\t'] >= counts[';']) return '\t';
  return counts[';'] > counts[','] ? ';' : ',';
}

function splitQuoted(text: string, delimiter: Delimiter): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      cells.push(text.slice(at, end < 0 ? undefined : end));
      if (end < 0) return cells;
      at = end + 1;
      continue;
    }
    let close = at;
    do close = text.indexOf('"', close + 1);
    while (close >= 0 && text[close + 1] === '"' && ++close);
    // What stands between the closing quote and the delimiter belongs to the cell, as Python's reader has it.
    const end = close < 0 ? -1 : text.indexOf(delimiter, close + 1);
    const inner = text.slice(at + 1, close < 0 ? undefined : close).replaceAll('""', '"');
    cells.push(close < 0 ? inner : inner + text.slice(close + 1, end < 0 ? undefined : end));
    if (end < 0) return cells;
    at = end + 1;
  }
}
