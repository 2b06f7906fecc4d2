/**
 * The heading of a `.npy` file: a Python literal that names type, order and shape. Format:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1.0 to 3.0. Invariant: the literal
 * is read by a parser of its own that knows dictionaries, lists, texts, numbers and truth values, and nothing else.
 */
import { tensorsUnreadable } from '../../errors.ts';
import { opaqueType, tensorTypes } from './tensorType.ts';
import type { TensorType } from './tensorType.ts';

export interface NpyHeader {
  readonly type: TensorType;
  readonly littleEndian: boolean;
  /** Of one element; undefined for pickled objects, whose bytes have no fixed number. */
  readonly itemBytes: number | undefined;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** `text` is the dictionary: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
export function parseNpyHeader(text: string): NpyHeader {
  const value = new Literal(text).whole();
  if (!(value instanceof Map)) throw tensorsUnreadable('its heading is no dictionary');
  const shape = value.get('shape');
  const order = value.get('fortran_order');
  if (!Array.isArray(shape) || typeof order !== 'boolean' || !value.has('descr'))
    throw tensorsUnreadable('its heading lacks descr, fortran_order or shape');
  const lengths = shape.map(length => {
    if (typeof length === 'number' && Number.isSafeInteger(length) && length >= 0) return length;
    throw tensorsUnreadable('its shape is not made of whole numbers');
  });
  return { ...describedType(value.get('descr')), fortranOrder: order && lengths.length > 1, shape: lengths };
}

type Described = Pick<NpyHeader, 'type' | 'littleEndian' | 'itemBytes'>;

/** A type by its array-protocol text (`<f4`); records are lists of fields and stay bytes. */
function describedType(descr: LiteralValue | undefined): Described {
  if (typeof descr !== 'string') {
    const fields = recordBytes(descr);
    return { type: opaqueType(fields.name), littleEndian: true, itemBytes: fields.bytes };
  }
  const [, order = '', kind = '', digits = '', unit = ''] =
    /^([<>|=]?)([a-zA-Z?])(\d*)(\[[^\]]*\])?$/.exec(descr) ?? [];
  if (kind === '') throw tensorsUnreadable(`its type ${descr.slice(0, 40)} is not known`);
  const littleEndian = order !== '>';
  if (kind === 'O') return { type: opaqueType('object'), littleEndian, itemBytes: undefined };
  const size = digits === '' ? 1 : Number(digits);
  const type = numberTypes[`${kind}${size}`];
  if (type !== undefined && unit === '') return { type, littleEndian, itemBytes: size };
  const bytes = kind === 'U' ? size * 4 : size;
  if (digits === '' || !Number.isSafeInteger(bytes))
    throw tensorsUnreadable(`its type ${descr.slice(0, 40)} is not known`);
  return { type: opaqueType(descr.slice(0, 40)), littleEndian, itemBytes: bytes };
}

/** A record, `[('x', '<f4'), ('y', '<i8', (2,))]`: the bytes of all its fields; undefined with an object among them. */
function recordBytes(descr: LiteralValue | undefined): { name: string; bytes: number | undefined } {
  if (!Array.isArray(descr)) throw tensorsUnreadable('its type cannot be read');
  let bytes: number | undefined = 0;
  const names: string[] = [];
  for (const field of descr) {
    if (!Array.isArray(field)) throw tensorsUnreadable('its type cannot be read');
    const [name, type, shape] = field;
    const one = describedType(type);
    const counts = Array.isArray(shape) ? shape : shape === undefined ? [] : [shape];
    const count = counts.reduce<number>(
      (product, length) => product * (typeof length === 'number' ? length : NaN),
      1,
    );
    names.push(`${labelOf(name)}:${one.type.name}${counts.length === 0 ? '' : `×${count}`}`);
    bytes = bytes === undefined || one.itemBytes === undefined ? undefined : bytes + one.itemBytes * count;
  }
  if (bytes !== undefined && !Number.isSafeInteger(bytes)) throw tensorsUnreadable('its type is too large');
  return { name: `record(${names.join(', ')})`, bytes };
}

/** The name of a field, or its title and name. */
function labelOf(name: LiteralValue | undefined): string {
  return typeof name === 'string' ? name : Array.isArray(name) ? name.map(labelOf).join('/') : '?';
}

const numberTypes: Readonly<Record<string, TensorType>> = {
  b1: tensorTypes.bool,
  '?1': tensorTypes.bool,
  i1: tensorTypes.int8,
  u1: tensorTypes.uint8,
  i2: tensorTypes.int16,
  u2: tensorTypes.uint16,
  i4: tensorTypes.int32,
  u4: tensorTypes.uint32,
  i8: tensorTypes.int64,
  u8: tensorTypes.uint64,
  f2: tensorTypes.float16,
  f4: tensorTypes.float32,
  f8: tensorTypes.float64,
  c8: tensorTypes.complex64,
  c16: tensorTypes.complex128,
};

type LiteralValue = string | number | boolean | LiteralValue[] | Map<string, LiteralValue>;

const deepest = 16;

/** As much of Python's literals as numpy writes into a heading. */
class Literal {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): LiteralValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at !== this.#text.length) throw this.#wrong();
    return value;
  }

  #value(depth: number): LiteralValue {
    if (depth > deepest) throw tensorsUnreadable('its heading is nested too deeply');
    this.#space();
    const first = this.#text[this.#at] ?? '';
    if (first === '{') return this.#dictionary(depth);
    if (first === '(' || first === '[') return this.#list(first === '(' ? ')' : ']', depth);
    if (first === "'" || first === '"') return this.#string(first);
    const word = /[\w+-]+/y;
    word.lastIndex = this.#at;
    const [text = ''] = word.exec(this.#text) ?? [];
    this.#at += text.length;
    if (text === 'True' || text === 'False') return text === 'True';
    // Python 2 wrote long integers as `3L`.
    if (/^[+-]?\d+L?$/.test(text)) return Number(text.replace('L', ''));
    throw this.#wrong();
  }

  #dictionary(depth: number): Map<string, LiteralValue> {
    const entries = new Map<string, LiteralValue>();
    this.#at += 1;
    while (!this.#taken('}')) {
      const key = this.#value(depth + 1);
      if (typeof key !== 'string' || !this.#taken(':')) throw this.#wrong();
      entries.set(key, this.#value(depth + 1));
      if (this.#taken(',')) continue;
      if (this.#taken('}')) break;
      throw this.#wrong();
    }
    return entries;
  }

  #list(end: string, depth: number): LiteralValue[] {
    const values: LiteralValue[] = [];
    this.#at += 1;
    while (!this.#taken(end)) {
      values.push(this.#value(depth + 1));
      if (this.#taken(',')) continue;
      if (this.#taken(end)) break;
      throw this.#wrong();
    }
    return values;
  }

  /** Escapes only matter in the names of fields, and there only as far as two of them must stay different. */
  #string(quote: string): string {
    let text = '';
    this.#at += 1;
    for (; this.#text[this.#at] !== quote; this.#at += 1) {
      if (this.#at >= this.#text.length) throw this.#wrong();
      if (this.#text[this.#at] === '\\') {
        text += '\\';
        this.#at += 1;
      }
      text += this.#text[this.#at] ?? '';
    }
    this.#at += 1;
    return text;
  }

  #taken(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #wrong(): Error {
    return tensorsUnreadable(`its heading cannot be read at character ${this.#at}`);
  }
}
