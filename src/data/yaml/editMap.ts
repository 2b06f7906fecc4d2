/**
 * Changes a mapping inside of a YAML text, and of the text nothing else: comments, order, quotes and folding of
 * everything that is not named stay byte for byte.
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import { emitLeaf, emitPair } from './emitYaml.ts';
import { emitScalar, type DumperEra } from './emitScalar.ts';

export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Thrown where a text cannot be changed without guessing; says why. */
export class UneditableYaml extends Error {}

/** The document to find mappings in; strict, so that what is edited is valid. Throws {@link UneditableYaml}. */
export function parseForEdit(text: string): Document.Parsed {
  const document = parseDocument(text, {
    ...{ schema: 'failsafe', strict: true, uniqueKeys: true, prettyErrors: false, logLevel: 'silent' },
    keepSourceTokens: true,
  });
  if (document.errors[0] !== undefined) throw new UneditableYaml('it is no valid YAML');
  return document;
}

/**
 * What to do to `map` so that it holds `changes`: a value is set, undefined removes the key. Keys that are new come
 * at the end, in the order of `changes`. Keys with the value that they have already are not touched.
 */
export function editMap(
  text: string,
  map: YAMLMap,
  changes: ReadonlyMap<string, string | number | boolean | undefined>,
  era: DumperEra,
): TextEdit[] {
  const edits: TextEdit[] = [];
  const added: [string, string | number | boolean][] = [];
  const removed: Pair[] = [];
  for (const [key, value] of changes) {
    const pair = pairOf(map, key);
    if (pair === undefined) {
      if (value !== undefined) added.push([key, value]);
    } else if (value === undefined) removed.push(pair);
    else edits.push(...setValue(text, map, pair, value, era));
  }
  if (removed.length > 0) edits.push(...removePairs(text, map, removed));
  if (added.length > 0) edits.push(appendPairs(text, map, added, removed, era));
  return edits;
}

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of [...edits].sort((one, other) => one.start - other.start || one.end - other.end)) {
    if (edit.start < at) throw new UneditableYaml('two changes meet in one place');
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find(pair => isScalar(pair.key) && pair.key.value === key);
}

/** The column, counted in code points, of an offset. */
export function columnOf(text: string, at: number): number {
  return Array.from(text.slice(text.lastIndexOf('\n', at - 1) + 1, at)).length;
}

function setValue(
  text: string,
  map: YAMLMap,
  pair: Pair,
  value: string | number | boolean,
  era: DumperEra,
): TextEdit[] {
  const key = rangeOf(pair.key);
  const node = pair.value;
  if (isScalar(node) && node.value === String(value) && sameKind(node.type, value)) return [];
  if (isAlias(node) || isMap(node) || isSeq(node) || (isScalar(node) && node.anchor !== undefined))
    throw new UneditableYaml(`the value of ${keyText(pair)} is no simple text`);
  const colon = text.indexOf(':', key[1]) + 1;
  const indent = columnOf(text, key[0]) + 2;
  const range = isScalar(node) ? node.range : undefined;
  if (range !== undefined && range !== null && range[1] > range[0]) {
    const [start, end] = range;
    if (text.slice(colon, start).includes('#')) throw new UneditableYaml('a comment stands before a value');
    const from = /^[ \t]*$/.test(text.slice(colon, start)) ? start : colon;
    const column = columnOf(text, from);
    const place = { column, whitespace: from === start, indent, era, flow: map.flow === true };
    const blank = from === start ? '' : ' ';
    const written = typeof value === 'string' ? emitScalar(value, place) : `${blank}${String(value)}`;
    // A block literal ends with the end of its line, which stays.
    const stop = text[end - 1] === '\n' ? end - 1 : end;
    return [{ start: from, end: stop, text: written }];
  }
  const written = emitLeaf(value, { column: columnOf(text, colon), indent, era });
  return [{ start: colon, end: colon, text: written }];
}

/** `'12'` is a text and `12` a number, though they read alike here. */
function sameKind(type: unknown, value: string | number | boolean): boolean {
  return typeof value === 'string' || type === 'PLAIN';
}

function appendPairs(
  text: string,
  map: YAMLMap,
  added: readonly (readonly [string, string | number | boolean])[],
  removed: readonly Pair[],
  era: DumperEra,
): TextEdit {
  const last = map.items.filter(pair => !removed.includes(pair)).at(-1);
  if (last === undefined) throw new UneditableYaml('a mapping is empty');
  const end = endOfPair(text, last);
  if (map.flow === true) {
    const pairs = added.map(([key, value]) => `, ${key}: ${flowText(value, era)}`);
    return { start: end, end, text: pairs.join('') };
  }
  const indent = columnOf(text, rangeOf(last.key)[0]);
  const lines = added.map(([key, value]) => ' '.repeat(indent) + emitPair(key, value, indent, era)).join('');
  const line = text.indexOf('\n', end);
  if (line < 0) return { start: text.length, end: text.length, text: `\n${lines.slice(0, -1)}` };
  const crlf = text[line - 1] === '\r';
  return { start: line + 1, end: line + 1, text: crlf ? lines.replaceAll('\n', '\r\n') : lines };
}

function flowText(value: string | number | boolean, era: DumperEra): string {
  if (typeof value !== 'string') return String(value);
  return emitScalar(value, { column: 0, whitespace: true, indent: 0, era, flow: true });
}

function removePairs(text: string, map: YAMLMap, removed: readonly Pair[]): TextEdit[] {
  return removed.map(pair => {
    const index = map.items.indexOf(pair);
    const next = map.items[index + 1];
    const start = rangeOf(pair.key)[0];
    const previous = map.items[index - 1];
    // From one key to the next: right behind a dash, and inside of brackets.
    if (
      map.flow === true ||
      (index === 0 && lineStart(text, start) !== start && !isIndentation(text, start))
    ) {
      if (next !== undefined) return { start, end: rangeOf(next.key)[0], text: '' };
      if (previous === undefined || map.flow !== true) throw new UneditableYaml('a mapping would be empty');
      return { start: endOfPair(text, previous), end: endOfPair(text, pair), text: '' };
    }
    const line = text.indexOf('\n', endOfPair(text, pair));
    return { start: lineStart(text, start), end: line < 0 ? text.length : line + 1, text: '' };
  });
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function isIndentation(text: string, at: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, at), at));
}

/** Right behind the value, or behind the colon where there is none; comments are not part of it. */
export function endOfPair(text: string, pair: Pair): number {
  const key = rangeOf(pair.key);
  const value = pair.value as Node | null | undefined;
  if (value?.range === undefined || value.range === null) return text.indexOf(':', key[1]) + 1;
  let end = Math.max(value.range[1], text.indexOf(':', key[1]) + 1);
  if (isMap(value) || isSeq(value)) end = Math.max(end, endOfItems(text, value.items));
  while (end > 0 && /\s/.test(text[end - 1] ?? '')) end -= 1;
  return end;
}

function endOfItems(text: string, items: readonly unknown[]): number {
  const last = items.at(-1);
  if (last !== null && typeof last === 'object' && 'key' in last) return endOfPair(text, last as Pair);
  const range = last !== null && typeof last === 'object' && 'range' in last ? last.range : undefined;
  return Array.isArray(range) ? Number(range[1]) : 0;
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = node !== null && typeof node === 'object' && 'range' in node ? node.range : undefined;
  if (!Array.isArray(range)) throw new UneditableYaml('a place in it cannot be told');
  return [Number(range[0]), Number(range[1])];
}

function keyText(pair: Pair): string {
  return isScalar(pair.key) && typeof pair.key.value === 'string' ? pair.key.value : 'a key';
}
