/**
 * Writes one text as ruamel.yaml writes it, byte for byte: which quotes, which escapes, where a long one is folded.
 * Three behaviours of ruamel.yaml are in the wild, so the era is a parameter. Columns count code points, as in Python.
 * Source: ruamel.yaml 0.17.21, 0.18.6, 0.19.1 `emitter.py`: `analyze_scalar`, `choose_scalar_style`, `write_plain`,
 * `write_single_quoted`, `write_double_quoted`; as DVC sets it up (width 80, unicode allowed, quotes not preserved).
 */
import { analyzeScalar } from './analyzeScalar.ts';
import { scalarKind } from './scalarKind.ts';

/** `old`: up to 0.17.21; `middle`: 0.17.22 to 0.18.12; `new`: from 0.18.13 (June 2025). */
export type DumperEra = 'old' | 'middle' | 'new';

export interface ScalarPlace {
  /** Where the text goes: the column after `key:` or `-`, or after the blank behind it. */
  readonly column: number;
  /** A blank has been written right before. */
  readonly whitespace: boolean;
  /** The column at which folded lines go on. */
  readonly indent: number;
  readonly era: DumperEra;
  /** Inside `[…]` or `{…}`. */
  readonly flow?: boolean;
}

const width = 80;
const breaks = '\n\u0085\u2028\u2029';

/** The text to append at `place`, a blank before it included where there is none yet. */
export function emitScalar(text: string, place: ScalarPlace): string {
  const writer = new ScalarWriter(Array.from(text), place);
  switch (styleOf(text, place.flow === true)) {
    case 'plain':
      return writer.plain();
    case 'single':
      return writer.singleQuoted();
    case 'double':
      return writer.doubleQuoted();
  }
}

function styleOf(text: string, flow: boolean): 'plain' | 'single' | 'double' {
  const allowed = analyzeScalar(text);
  if (scalarKind(text) === 'text' && (flow ? allowed.flowPlain : allowed.blockPlain)) return 'plain';
  if (text.includes("'") || text.includes('\n')) return 'double';
  return allowed.singleQuoted ? 'single' : 'double';
}

class ScalarWriter {
  readonly #text: readonly string[];
  readonly #indent: number;
  readonly #era: DumperEra;
  #column: number;
  #whitespace: boolean;
  #indention = false;
  #out = '';

  constructor(text: readonly string[], place: ScalarPlace) {
    this.#text = text;
    this.#indent = place.indent;
    this.#era = place.era;
    this.#column = place.column;
    this.#whitespace = place.whitespace;
  }

  plain(): string {
    const text = this.#text;
    if (text.length === 0) return '';
    if (!this.#whitespace) this.#write(' ');
    this.#settle();
    let start = 0;
    let mode: 'word' | 'spaces' | 'breaks' = 'word';
    for (let end = 0; end <= text.length; end++) {
      const letter = text[end];
      if (mode === 'spaces') {
        if (letter !== ' ') {
          const full = this.#era === 'new' ? this.#column >= width : this.#column > width;
          if (start + 1 === end && full) {
            this.#writeIndent();
            this.#settle();
          } else this.#writeSlice(start, end);
          start = end;
        }
      } else if (mode === 'breaks') {
        if (letter === undefined || !breaks.includes(letter)) {
          this.#writeBreaks(start, end);
          this.#settle();
          start = end;
        }
      } else if (letter === undefined || letter === ' ' || breaks.includes(letter)) {
        if (this.#wordNeedsOwnLine(end - start)) this.#writeIndent();
        this.#writeSlice(start, end);
        start = end;
      }
      if (letter !== undefined) mode = modeOf(letter);
    }
    return this.#out;
  }

  singleQuoted(): string {
    const text = this.#text;
    this.#writeIndicator("'", true);
    let start = 0;
    let mode: 'word' | 'spaces' | 'breaks' = 'word';
    for (let end = 0; end <= text.length; end++) {
      const letter = text[end];
      if (mode === 'spaces') {
        if (letter !== ' ') {
          if (start + 1 === end && this.#column > width && start !== 0 && end !== text.length)
            this.#writeIndent();
          else this.#writeSlice(start, end);
          start = end;
        }
      } else if (mode === 'breaks') {
        if (letter === undefined || !breaks.includes(letter)) {
          this.#writeBreaks(start, end);
          start = end;
        }
      } else if (letter === undefined || letter === ' ' || breaks.includes(letter) || letter === "'") {
        if (start < end) {
          this.#writeSlice(start, end);
          start = end;
        }
      }
      if (letter === "'") {
        this.#write("''");
        start = end + 1;
      }
      if (letter !== undefined) mode = modeOf(letter);
    }
    this.#writeIndicator("'", false);
    return this.#out;
  }

  doubleQuoted(): string {
    const text = this.#text;
    this.#writeIndicator('"', true);
    let start = 0;
    for (let end = 0; end <= text.length; end++) {
      const letter = text[end];
      if (letter === undefined || this.#needsEscape(letter)) {
        if (start < end) {
          this.#writeSlice(start, end);
          start = end;
        }
        if (letter !== undefined) {
          this.#write(escaped(letter));
          start = end + 1;
        }
      }
      if (
        end > 0 &&
        end < text.length - 1 &&
        (letter === ' ' || start >= end) &&
        this.#column + (end - start) > width
      ) {
        const backslash = this.#foldNeedsBackslash(start, end);
        const data = text.slice(start, end).join('') + (backslash ? '\\' : '');
        if (start < end) start = end;
        this.#write(data);
        this.#writeIndent();
        this.#settle();
        if (text[start] === ' ') {
          if (!backslash) start += 1;
          this.#write(backslash ? '\\' : '');
        }
      }
    }
    this.#writeIndicator('"', false);
    return this.#out;
  }

  /** A fold is read as one blank: where that is just what stands there, no backslash has to say otherwise. */
  #foldNeedsBackslash(start: number, end: number): boolean {
    if (this.#era === 'old') return true;
    const text = this.#text;
    let stop = text.indexOf(' ', end);
    if (stop < 0) return true;
    if (this.#era === 'new') {
      const newline = text.indexOf('\n', end);
      if (newline >= 0 && newline < stop) stop = newline;
      if (text[stop + 1] === undefined) return true;
      if (text[stop] === '\n' && text[stop + 1] !== ' ') return true;
    }
    const until = text.slice(end, stop);
    const after = text[stop + 1];
    if (after === undefined || until.includes('"') || until.includes("'") || after === ' ') return true;
    if (text[end - 1] === ' ' && text[end] === ' ') return true;
    return this.#era === 'new' && (after === '\n' || start === end);
  }

  #wordNeedsOwnLine(length: number): boolean {
    if (this.#era === 'old' || this.#column <= this.#indent) return false;
    return (this.#era === 'new' ? length + this.#column : length) > width;
  }

  #needsEscape(letter: string): boolean {
    if ('"\\\u0085\u2028\u2029\ufeff'.includes(letter)) return true;
    const code = letter.codePointAt(0) ?? 0;
    if (code >= 0x20 && code <= 0x7e) return false;
    if ((code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd)) return false;
    return code < 0x10000 || this.#era === 'old';
  }

  #write(data: string): void {
    this.#out += data;
    this.#column += Array.from(data).length;
  }

  #writeSlice(start: number, end: number): void {
    this.#write(this.#text.slice(start, end).join(''));
  }

  #settle(): void {
    this.#whitespace = false;
    this.#indention = false;
  }

  #writeIndicator(indicator: string, needsWhitespace: boolean): void {
    this.#write(this.#whitespace || !needsWhitespace ? indicator : ` ${indicator}`);
    this.#settle();
  }

  #writeIndent(): void {
    const indent = this.#indent;
    if (!this.#indention || this.#column > indent || (this.#column === indent && !this.#whitespace))
      this.#writeLineBreak('\n');
    if (this.#column < indent) {
      this.#whitespace = true;
      this.#out += ' '.repeat(indent - this.#column);
      this.#column = indent;
    }
  }

  #writeLineBreak(data: string): void {
    this.#whitespace = true;
    this.#indention = true;
    this.#column = 0;
    this.#out += data;
  }

  #writeBreaks(start: number, end: number): void {
    if (this.#text[start] === '\n') this.#writeLineBreak('\n');
    for (const letter of this.#text.slice(start, end)) this.#writeLineBreak(letter);
    this.#writeIndent();
  }
}

function modeOf(letter: string): 'word' | 'spaces' | 'breaks' {
  if (letter === ' ') return 'spaces';
  return breaks.includes(letter) ? 'breaks' : 'word';
}

const replacements: ReadonlyMap<string, string> = new Map([
  ['\0', '0'],
  ['\u0007', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\u001b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\u0085', 'N'],
  ['\u00a0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

function escaped(letter: string): string {
  const short = replacements.get(letter);
  if (short !== undefined) return `\\${short}`;
  const code = letter.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
