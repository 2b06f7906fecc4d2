/**
 * The filter language of command line and tables.
 *
 * ```
 * filter     = [ either ]                             an empty filter lets every run through
 * either     = both { "or" both }
 * both       = single { "and" single }
 * single     = "not" single | "(" either ")" | comparison
 * comparison = field [ operator value ]               a field alone: the run has it, and it is not false or empty
 * field      = name | "metrics." key | "params." key | "tags." key | part "(" "metrics." key ")"
 * part       = "last" | "min" | "max" | "count" | "step"      metrics.loss is last(metrics.loss)
 * operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
 * key, value = word | "quoted" | 'quoted'             in quotes, \ takes the next character as it is
 * ```
 *
 * Names are those of queryFields.ts; keywords and names in any case. `~` takes a pattern in which `*` is any text and
 * `?` any character, in any case; a pattern without either matches anywhere. Times are `2026-01-31`, with an optional
 * `T12:00`, in local time, or `today`, `yesterday`; a day compared with `=` is the whole day. Durations are numbers
 * with `ms`, `s`, `m`, `h`, `d` or `w`, or seconds without. A comparison with what a run does not have is false,
 * with `!=` and `!~` too.
 */
import { LockstepError } from '../base/lockstepError.ts';
import { queryInvalid, sortInvalid } from './errors.ts';
import { nearestWord } from './nearestWord.ts';
import {
  fieldSynonyms,
  fieldType,
  metricParts,
  plainFields,
  type FieldType,
  type PlainFieldName,
  type QueryField,
} from './queryFields.ts';
import { queryTokens, type QueryToken } from './queryTokens.ts';
import { parseDuration, parseNumber, parseTime } from './queryValues.ts';

export type QueryOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~';

/** A value as written. Quoted text is never taken for a number, true, false or null. */
export interface QueryValue {
  readonly text: string;
  readonly quoted: boolean;
}

export type RunQuery =
  | { readonly kind: 'everything' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly RunQuery[] }
  | { readonly kind: 'not'; readonly part: RunQuery }
  | { readonly kind: 'present'; readonly field: QueryField }
  | {
      readonly kind: 'comparison';
      readonly field: QueryField;
      readonly operator: QueryOperator;
      readonly value: QueryValue;
    };

const keywords = ['and', 'or', 'not'];
export const runStates = ['preparing', 'running', 'finished', 'failed', 'cancelled', 'lost'];
/** Deeper nesting is nobody's filter, and would exhaust the stack. */
const maxDepth = 100;

/** Throws `query-invalid` with the place of the mistake and, where one is near, what may have been meant. */
export function parseRunQuery(text: string): RunQuery {
  const parser = new Parser(queryTokens(text));
  return parser.filter();
}

/** A single field, as a sort key names it. Throws `query-invalid`. */
export function parseQueryField(text: string): QueryField {
  try {
    return new Parser(queryTokens(text)).onlyField();
  } catch (error) {
    if (!(error instanceof LockstepError) || error.code !== 'query-invalid') throw error;
    throw sortInvalid(text, error);
  }
}

class Parser {
  readonly #tokens: readonly QueryToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly QueryToken[]) {
    this.#tokens = tokens;
  }

  filter(): RunQuery {
    if (this.#peek.kind === 'end') return { kind: 'everything' };
    const query = this.#either();
    this.#expectEnd('Join two conditions with and, or.');
    return query;
  }

  onlyField(): QueryField {
    const field = this.#field();
    this.#expectEnd('A sort key is one field, such as metrics.loss.');
    return field;
  }

  #either(): RunQuery {
    return this.#joined('or', () => this.#joined('and', () => this.#single()));
  }

  #joined(kind: 'and' | 'or', next: () => RunQuery): RunQuery {
    const parts = [next()];
    while (this.#takeKeyword(kind)) parts.push(next());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind, parts };
  }

  #single(): RunQuery {
    const token = this.#peek;
    if (++this.#depth > maxDepth) throw queryInvalid('Too many levels', token.position);
    try {
      if (this.#takeKeyword('not')) return { kind: 'not', part: this.#single() };
      if (token.kind !== 'open') return this.#comparison();
      this.#at++;
      const query = this.#either();
      if (this.#peek.kind !== 'close')
        throw queryInvalid(
          'A ) is missing',
          this.#peek.position,
          `It closes the ( at ${token.position + 1}.`,
        );
      this.#at++;
      return query;
    } finally {
      this.#depth--;
    }
  }

  #comparison(): RunQuery {
    const field = this.#field();
    if (this.#peek.kind !== 'operator') return { kind: 'present', field };
    const operator = this.#take().text as QueryOperator;
    const token = this.#peek;
    if (token.kind !== 'word' && token.kind !== 'text')
      throw queryInvalid(`A value is missing after ${operator}`, token.position);
    this.#at++;
    const whole = token.quotedPart === undefined ? token.text : `${token.text}.${token.quotedPart}`;
    const value = { text: whole, quoted: token.kind === 'text' || token.quotedPart !== undefined };
    requireType(fieldType(field), operator, value, token.position);
    return { kind: 'comparison', field, operator, value };
  }

  #field(): QueryField {
    const token = this.#take();
    if (token.kind !== 'word' || keywords.includes(token.text.toLowerCase()))
      throw queryInvalid(
        token.kind === 'end' ? 'A condition is missing' : `A field is missing before ${shown(token.text)}`,
        token.position,
        'A condition reads like: metrics.loss < 0.4',
      );
    if (this.#peek.kind === 'open') return this.#metricPart(token);
    return namedField(token);
  }

  #metricPart(token: QueryToken): QueryField {
    const wanted = token.text.toLowerCase();
    const part = metricParts.find(name => name === wanted);
    if (part === undefined)
      throw queryInvalid(
        `Unknown function ${shown(token.text)}`,
        token.position,
        `There are ${metricParts.join(', ')}.`,
      );
    this.#at++;
    const inner = this.#take();
    const field = inner.kind === 'word' ? namedField(inner) : undefined;
    if (field?.kind !== 'metric')
      throw queryInvalid('A metric is missing', inner.position, `It reads like: ${part}(metrics.loss)`);
    if (this.#peek.kind !== 'close') throw queryInvalid('A ) is missing', this.#peek.position);
    this.#at++;
    return { ...field, part };
  }

  #takeKeyword(keyword: string): boolean {
    const token = this.#peek;
    if (token.kind !== 'word' || token.quotedPart !== undefined || token.text.toLowerCase() !== keyword)
      return false;
    this.#at++;
    return true;
  }

  #expectEnd(suggestion: string): void {
    const token = this.#peek;
    if (token.kind !== 'end')
      throw queryInvalid(`Unexpected ${shown(token.text)}`, token.position, suggestion);
  }

  get #peek(): QueryToken {
    return this.#tokens[this.#at] ?? endOfNothing;
  }

  #take(): QueryToken {
    const token = this.#peek;
    if (token.kind !== 'end') this.#at++;
    return token;
  }
}

const endOfNothing: QueryToken = { kind: 'end', text: '', position: 0 };

function namedField(token: QueryToken): QueryField {
  const dot = token.quotedPart === undefined ? token.text.indexOf('.') : token.text.length;
  const prefix = (dot === -1 ? token.text : token.text.slice(0, dot)).toLowerCase();
  const key = token.quotedPart ?? (dot === -1 ? undefined : token.text.slice(dot + 1));
  if (key !== undefined && key !== '') {
    if (prefix === 'metrics') return { kind: 'metric', key, part: 'last' };
    if (prefix === 'params' || prefix === 'parameters') return { kind: 'parameter', key };
    if (prefix === 'tags') return { kind: 'tag', key };
    const near = nearestWord(prefix, ['metrics', 'params', 'parameters', 'tags']);
    throw queryInvalid(
      `Unknown field ${shown(`${prefix}.${key}`)}`,
      token.position,
      near === undefined ? 'Keys follow metrics., params. or tags.' : `Did you mean ${near}.${key}?`,
    );
  }
  const name = fieldSynonyms.get(prefix) ?? prefix;
  if (key === undefined && Object.hasOwn(plainFields, name))
    return { kind: 'plain', name: name as PlainFieldName };
  const near = nearestWord(prefix, [...Object.keys(plainFields), 'metrics', 'params']);
  throw queryInvalid(
    key === '' || prefix === 'metrics' || prefix === 'params'
      ? `A key is missing after ${shown(prefix)}`
      : `Unknown field ${shown(token.text)}`,
    token.position,
    prefix === 'metrics' || prefix === 'params'
      ? `It reads like: ${prefix}.${prefix === 'metrics' ? 'loss' : 'lr'}`
      : near === undefined
        ? `A metric is written metrics.${token.text}, a parameter params.${token.text}.`
        : `Did you mean ${near}?`,
  );
}

function requireType(type: FieldType, operator: QueryOperator, value: QueryValue, position: number): void {
  if (operator === '~' || operator === '!~') {
    if (type === 'text' || type === 'words' || type === 'any' || type === 'state') return;
    throw queryInvalid(`${operator} compares text, and this is a ${type},`, position, 'Use =, < or >.');
  }
  switch (type) {
    case 'number': {
      requireValue(parseNumber(value.text), value, 'a number', position);
      return;
    }
    case 'time': {
      requireValue(parseTime(value.text, 0), value, 'a time', position, 'Write it like 2026-01-31.');
      return;
    }
    case 'duration': {
      requireValue(parseDuration(value.text), value, 'a duration', position, 'Write it like 90s or 2h.');
      return;
    }
    case 'flag': {
      requireValue(
        ['true', 'false'].includes(value.text.toLowerCase()) || undefined,
        value,
        'true or false',
        position,
      );
      return;
    }
    case 'state': {
      const near = nearestWord(value.text.toLowerCase(), runStates) ?? runStates.join(', ');
      const known = runStates.includes(value.text.toLowerCase()) || undefined;
      requireValue(known, value, 'a state', position, `Did you mean ${near}?`);
      return;
    }
    case 'text':
    case 'words':
    case 'any':
      return;
  }
}

function requireValue(
  parsed: unknown,
  value: QueryValue,
  wanted: string,
  position: number,
  suggestion?: string,
): void {
  if (parsed === undefined) throw queryInvalid(`${shown(value.text)} is not ${wanted}`, position, suggestion);
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
