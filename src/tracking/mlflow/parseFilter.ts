/** MLflow's search language: comparisons joined by AND, of metrics, parameters, tags, attributes and data sets. */
import { filterTokens, type FilterToken } from './filterTokens.ts';
import { invalidValue } from './mlflowProblem.ts';

export type FieldKind = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset';

export interface FilterField {
  readonly kind: FieldKind;
  readonly key: string;
}

export type FilterOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE' | 'IN' | 'IS NULL';

export interface Comparison {
  readonly field: FilterField;
  readonly operator: FilterOperator;
  readonly not: boolean;
  /** One, or several for IN, or none for IS NULL. As they were written. */
  readonly values: readonly string[];
}

const kinds = new Map<string, FieldKind>([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['parameter', 'param'],
  ['parameters', 'param'],
  ['param', 'param'],
  ['params', 'param'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['model', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
]);

/** Throws INVALID_PARAMETER_VALUE. An empty text has no comparisons. */
export function parseFilter(text: string): Comparison[] {
  const tokens = filterTokens(text);
  if (tokens.length === 0) return [];
  const reader = new Reader(tokens, text);
  const comparisons = [reader.comparison()];
  while (!reader.done) {
    if (!reader.take('AND')) throw reader.problem();
    comparisons.push(reader.comparison());
  }
  return comparisons;
}

/** Of a name as it stands in a filter or an ordering. Throws INVALID_PARAMETER_VALUE. */
export function fieldOf(token: FilterToken | undefined, text: string): FilterField {
  if (token?.kind !== 'word' || token.text === '')
    throw invalidValue(`Invalid clause(s) in filter string: ${text}`);
  const dot = token.head.indexOf('.');
  const kind = dot === -1 ? undefined : kinds.get(token.head.slice(0, dot).toLowerCase());
  if (kind === undefined) return { kind: 'attribute', key: token.text };
  const key = token.text.slice(dot + 1);
  if (key === '') throw invalidValue(`Invalid identifier in: ${text}`);
  return { kind, key };
}

class Reader {
  readonly #tokens: readonly FilterToken[];
  readonly #text: string;
  #at = 0;

  constructor(tokens: readonly FilterToken[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  problem(): Error {
    return invalidValue(`Invalid clause(s) in filter string: ${this.#text}`);
  }

  /** Takes the word when it is the next one. */
  take(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' || token.quoted || token.text.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  comparison(): Comparison {
    const field = fieldOf(this.#next(), this.#text);
    if (this.take('IS')) {
      const not = this.take('NOT');
      if (!this.take('NULL')) throw this.problem();
      return { field, operator: 'IS NULL', not, values: [] };
    }
    const not = this.take('NOT');
    if (this.take('IN')) return { field, operator: 'IN', not, values: this.#list() };
    for (const operator of ['LIKE', 'ILIKE'] as const)
      if (this.take(operator)) return { field, operator, not, values: [this.#value()] };
    const operator = this.#next();
    if (not || operator.kind !== 'operator') throw this.problem();
    return { field, operator: operator.text as FilterOperator, not: false, values: [this.#value()] };
  }

  #next(): FilterToken {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.problem();
    this.#at++;
    return token;
  }

  #value(): string {
    const token = this.#next();
    if (token.kind !== 'word') throw this.problem();
    if (!token.quoted && Number.isNaN(Number(token.text)) && !/^[-+]?(?:nan|inf|infinity)$/i.test(token.text))
      throw invalidValue(
        `Expected a quoted string value or a number in the filter string, got ${token.text}. Hint: use quotes around the value.`,
      );
    return token.text;
  }

  #list(): string[] {
    if (!this.#mark('(')) throw this.problem();
    const values = [this.#value()];
    while (this.#mark(',')) {
      if (this.#mark(')')) return values;
      values.push(this.#value());
    }
    if (!this.#mark(')')) throw this.problem();
    return values;
  }

  #mark(mark: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.#at++;
    return true;
  }
}
