/**
 * Reads YAML of strangers into plain nodes that know where they stand. Scalars stay text (an md5 of digits only is
 * no number); anchors and merge keys are followed, but never into more nodes than a reasonable file has.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node } from 'yaml';

export type YamlNode = YamlScalar | YamlMap | YamlList;

export interface YamlScalar {
  readonly kind: 'scalar';
  /** The text without quotes, folding and escapes. */
  readonly text: string;
  /** Written without quotes: only then `true`, `12` and an empty text mean a boolean, a number and null. */
  readonly plain: boolean;
  /** Offset in the text. */
  readonly at: number;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlNode>;
  readonly at: number;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: number;
}

export interface YamlProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

export interface ReadYaml {
  /** Absent where the text is empty or no valid YAML. */
  readonly root?: YamlNode;
  readonly problems: readonly YamlProblem[];
  /** Line and column, counted from 1, of an offset. */
  readonly position: (at: number) => { line: number; column: number };
}

/** Far above what people and dvc write; a listing of 100,000 cloud files has 600,000 nodes. */
const maxNodes = 5_000_000;
/** How much aliases may add to what the text itself holds. */
const maxAliasedNodes = 100_000;
const maxDepth = 200;
/** Bytes; a larger file is no pin file. */
export const maxYamlLength = 64 * 1024 * 1024;

export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const position = (at: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(at);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (what: string, at = 0): ReadYaml => ({
    problems: [{ ...position(at), what }],
    position,
  });
  if (text.length > maxYamlLength) return refuse('the file is too large to be a pin file');
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    for (let at = text.indexOf('\n'); at >= 0 && at < deep; at = text.indexOf('\n', at + 1))
      lines.addNewLine(at + 1);
    return refuse('too many things inside each other', deep);
  }
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      ...{ schema: 'failsafe', lineCounter: lines, prettyErrors: false, logLevel: 'silent' },
      ...{ strict: true, uniqueKeys: true, stringKeys: false, version: '1.2' },
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse('too many things inside each other');
  }
  if (document.errors.length > 0)
    return {
      problems: document.errors.slice(0, 20).map(error => ({
        ...position(error.pos[0]),
        what: yamlComplaint(error.message),
      })),
      position,
    };
  if (document.contents === null) return { problems: [], position };
  try {
    return { root: new Converter(document).convert(document.contents, 0), problems: [], position };
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.message, error.at);
    if (error instanceof RangeError) return refuse('too many things inside each other');
    throw error;
  }
}

/** Indicators that open a level, counted before the parser recurses into them: flow brackets and runs of dashes. */
function tooDeepAt(text: string): number | undefined {
  let brackets = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) {
      if ((brackets += 1) > 2_000) return at;
    } else if ((code === 0x5d || code === 0x7d) && brackets > 0) brackets -= 1;
    else if (code === 0x0a) {
      const opens = /\n[ ]*(?:[-?][ \t]+){200}/y;
      opens.lastIndex = at;
      if (opens.test(text)) return at;
    }
  }
  return undefined;
}

function yamlComplaint(message: string): string {
  return message.replace(/ at line \d+, column \d+:?[^]*$/, '').replace(/\.$/, '');
}

class Refusal extends Error {
  readonly at: number;

  constructor(what: string, at: number) {
    super(what);
    this.at = at;
  }
}

class Converter {
  readonly #anchors = new Map<string, Node>();
  #nodes = 0;
  #aliased = 0;
  /** Anchored nodes that are being followed now. */
  readonly #following = new Set<Node>();

  constructor(document: Document.Parsed) {
    visit(document, {
      Node: (_key, node) => {
        if (!isAlias(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      },
    });
  }

  convert(node: unknown, depth: number): YamlNode {
    const at = offsetOf(node);
    this.#count(at);
    if (depth > maxDepth) throw new Refusal('too many things inside each other', at);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined || offsetOf(target) >= at || this.#following.has(target))
        throw new Refusal(`there is no anchor ${node.source} before this`, at);
      this.#following.add(target);
      try {
        return this.convert(target, depth + 1);
      } finally {
        this.#following.delete(target);
      }
    }
    if (isScalar(node)) {
      const value = typeof node.value === 'string' ? node.value : '';
      const text = node.type === 'QUOTE_SINGLE' ? withOldBreaks(value) : value;
      return { kind: 'scalar', text, plain: node.type === undefined || node.type === 'PLAIN', at };
    }
    if (isSeq(node))
      return { kind: 'list', items: node.items.map(item => this.convert(item, depth + 1)), at };
    if (isMap(node)) return this.#map(node.items, at, depth);
    // A key or an item without a value.
    return { kind: 'scalar', text: '', plain: true, at };
  }

  #map(items: readonly { key: unknown; value: unknown }[], at: number, depth: number): YamlMap {
    const own = new Map<string, YamlNode>();
    const merged = new Map<string, YamlNode>();
    for (const item of items) {
      const key = this.convert(item.key, depth + 1);
      if (key.kind !== 'scalar') throw new Refusal('a key must be a text', key.at);
      const value = this.convert(item.value, depth + 1);
      if (key.plain && key.text === '<<') {
        for (const source of value.kind === 'list' ? value.items : [value]) {
          if (source.kind !== 'map') throw new Refusal('only mappings can be merged', source.at);
          for (const [name, inner] of source.entries) if (!merged.has(name)) merged.set(name, inner);
        }
      } else if (own.has(key.text)) throw new Refusal(`${key.text} is there twice`, key.at);
      else own.set(key.text, value);
    }
    for (const [name, value] of merged) if (!own.has(name)) own.set(name, value);
    return { kind: 'map', entries: own, at };
  }

  #count(at: number): void {
    if ((this.#nodes += 1) > maxNodes) throw new Refusal('the file holds too much', at);
    if (this.#following.size > 0 && (this.#aliased += 1) > maxAliasedNodes)
      throw new Refusal('anchors multiply the file beyond measure', at);
  }
}

/** The dumper of DVC writes the line breaks of YAML 1.1 as such into single quotes, with the indentation after them. */
function withOldBreaks(text: string): string {
  return text.replace(/[ \t]*([\u0085\u2028\u2029])[ \t]*/g, '$1');
}

function offsetOf(node: unknown): number {
  const range = node !== null && typeof node === 'object' && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : 0;
}
