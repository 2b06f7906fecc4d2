/** Decides comparisons and orderings over anything that can be looked up by field. */
import { filterTokens } from './filterTokens.ts';
import { invalidValue } from './mlflowProblem.ts';
import { fieldOf, type Comparison, type FilterField } from './parseFilter.ts';

/** All values of a field; empty when the thing has none. Throws INVALID_PARAMETER_VALUE for one that does not exist. */
export type Lookup = (field: FilterField) => readonly (string | number)[];

/** As MLflow decides: what has no value matches nothing but IS NULL. */
export function matches(comparisons: readonly Comparison[], lookup: Lookup): boolean {
  return comparisons.every(comparison => {
    const values = lookup(comparison.field);
    if (comparison.operator === 'IS NULL') return comparison.not ? values.length > 0 : values.length === 0;
    return values.some(value => holds(comparison, value) !== comparison.not);
  });
}

function holds({ operator, values }: Comparison, value: string | number): boolean {
  const wanted = values[0] ?? '';
  if (operator === 'IN') return values.some(one => equal(value, one));
  if (operator === 'LIKE') return isLike(String(value), wanted);
  if (operator === 'ILIKE') return isLike(String(value).toLowerCase(), wanted.toLowerCase());
  if (operator === '=') return equal(value, wanted);
  if (operator === '!=') return !equal(value, wanted);
  const order =
    typeof value === 'number' ? value - numberOf(wanted) : value < wanted ? -1 : value > wanted ? 1 : 0;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case 'IS NULL':
      return false;
  }
}

function equal(value: string | number, wanted: string): boolean {
  return typeof value === 'number' ? value === numberOf(wanted) : value === wanted;
}

function numberOf(text: string): number {
  const word = /^([-+]?)inf(?:inity)?$/i.exec(text);
  if (word !== null) return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (Number.isNaN(value) && !/^[-+]?nan$/i.test(text))
    throw invalidValue(`Expected numeric value type for the comparison, got ${text}`);
  return value;
}

/** SQL's LIKE: `%` is any text, `_` any character. Steps are at most the product of the lengths, whatever the pattern. */
export function isLike(text: string, pattern: string): boolean {
  let at = 0;
  let in_ = 0;
  let star = -1;
  let retry = 0;
  while (at < text.length) {
    const wanted = pattern.charAt(in_);
    if (in_ < pattern.length && wanted === '%') {
      star = in_++;
      retry = at;
    } else if (in_ < pattern.length && (wanted === '_' || wanted === text.charAt(at))) {
      at++;
      in_++;
    } else if (star !== -1) {
      in_ = star + 1;
      at = ++retry;
    } else return false;
  }
  while (pattern.charAt(in_) === '%') in_++;
  return in_ === pattern.length;
}

interface Ordering {
  readonly field: FilterField;
  readonly descending: boolean;
}

/** Of `metrics.loss DESC`. Throws INVALID_PARAMETER_VALUE. */
export function parseOrdering(text: string): Ordering {
  const tokens = filterTokens(text);
  const last = tokens.at(-1);
  const direction =
    tokens.length > 1 && last?.kind === 'word' && !last.quoted && /^(?:asc|desc)$/i.test(last.text)
      ? last.text.toLowerCase()
      : undefined;
  const name = direction === undefined ? tokens : tokens.slice(0, -1);
  if (name.length !== 1) throw invalidValue(`Invalid order_by clause '${text}'.`);
  return { field: fieldOf(name[0], text), descending: direction === 'desc' };
}

/** A new list. What has no value comes last, and NaN before that, whichever the direction. */
export function inOrder<T>(
  things: readonly T[],
  orderings: readonly Ordering[],
  lookupOf: (thing: T) => Lookup,
): T[] {
  return things
    .map(thing => ({ thing, keys: orderings.map(({ field }) => lookupOf(thing)(field)[0]) }))
    .sort((a, b) => {
      for (const [index, { descending }] of orderings.entries()) {
        const order = compare(a.keys[index], b.keys[index], descending);
        if (order !== 0) return order;
      }
      return 0;
    })
    .map(({ thing }) => thing);
}

type Key = string | number | undefined;

function compare(a: Key, b: Key, descending: boolean): number {
  const ranks = rankOf(a) - rankOf(b);
  if (ranks !== 0 || a === undefined || b === undefined || a === b) return ranks;
  const order = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -order : order;
}

function rankOf(key: Key): number {
  return key === undefined ? 2 : typeof key === 'number' && Number.isNaN(key) ? 1 : 0;
}

/** What a lookup answers of a value that may be missing. */
export function lone<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
