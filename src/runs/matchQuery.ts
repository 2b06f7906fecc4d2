/** Whether a run passes a filter; the rules stand in parseQuery.ts. */
import type { QueryOperator, QueryValue, RunQuery } from './parseQuery.ts';
import { fieldType, fieldValue, type FieldValue, type QueryField } from './queryFields.ts';
import { parseDuration, parseNumber, parseTime } from './queryValues.ts';
import type { RunSummary } from './runSummary.ts';

/** @param now Milliseconds since the epoch, for ages and `today`. */
export function matchesRunQuery(run: RunSummary, query: RunQuery, now = Date.now()): boolean {
  switch (query.kind) {
    case 'everything':
      return true;
    case 'and':
      return query.parts.every(part => matchesRunQuery(run, part, now));
    case 'or':
      return query.parts.some(part => matchesRunQuery(run, part, now));
    case 'not':
      return !matchesRunQuery(run, query.part, now);
    case 'present':
      return isPresent(fieldValue(run, query.field, now));
    case 'comparison':
      return compares(fieldValue(run, query.field, now), query.field, query.operator, query.value, now);
  }
}

function isPresent(value: FieldValue): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return !Array.isArray(value) || value.length > 0;
}

function compares(
  found: FieldValue,
  field: QueryField,
  operator: QueryOperator,
  value: QueryValue,
  now: number,
): boolean {
  if (found === undefined) return false;
  if (operator === '!=' || operator === '!~')
    return !compares(found, field, operator === '!=' ? '=' : '~', value, now);
  if (isList(found)) return found.some(text => comparesText(text, operator, value.text));
  switch (fieldType(field)) {
    case 'number':
      return comparesNumber(Number(found), operator, parseNumber(value.text) ?? Number.NaN);
    case 'duration':
      return comparesNumber(Number(found), operator, parseDuration(value.text) ?? Number.NaN);
    case 'time':
      return comparesTime(Number(found), operator, value.text, now);
    case 'flag':
    case 'state':
      return comparesText(String(found), operator, operator === '~' ? value.text : value.text.toLowerCase());
    case 'any':
      return comparesAny(found, operator, value);
    case 'text':
    case 'words':
      return comparesNamed(field, String(found), operator, value.text);
  }
}

function isList(value: FieldValue): value is readonly string[] {
  return Array.isArray(value);
}

/** Ids and commits may be given in part, as everywhere. */
function comparesNamed(field: QueryField, found: string, operator: QueryOperator, text: string): boolean {
  if (operator === '=' && field.kind === 'plain') {
    if (field.name === 'commit') return text.length >= 4 && found.startsWith(text.toLowerCase());
    if (['id', 'reproduces', 'reruns'].includes(field.name))
      return text.length >= 4 && found.includes(text.toUpperCase());
  }
  return comparesText(found, operator, text);
}

/** Numbers as numbers, however they were written; what was quoted as text. */
function comparesAny(
  found: Exclude<FieldValue, undefined>,
  operator: QueryOperator,
  value: QueryValue,
): boolean {
  if (operator !== '~' && !value.quoted) {
    const wanted = parseNumber(value.text);
    const number =
      typeof found === 'number' ? found : typeof found === 'string' ? parseNumber(found) : undefined;
    if (wanted !== undefined && number !== undefined) return comparesNumber(number, operator, wanted);
    if (typeof found === 'boolean' || found === null)
      return comparesText(String(found), operator, value.text.toLowerCase());
  }
  return comparesText(String(found), operator, value.text);
}

function comparesNumber(found: number, operator: QueryOperator, wanted: number): boolean {
  switch (operator) {
    case '=':
      return found === wanted || (Number.isNaN(found) && Number.isNaN(wanted));
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
    case '!=':
    case '~':
    case '!~':
      return false;
  }
}

function comparesTime(found: number, operator: QueryOperator, text: string, now: number): boolean {
  const span = parseTime(text, now);
  if (span === undefined) return false;
  switch (operator) {
    case '=':
      return found >= span.from && found < span.until;
    case '<':
      return found < span.from;
    case '<=':
      return found < span.until;
    case '>':
      return found >= span.until;
    case '>=':
      return found >= span.from;
    case '!=':
    case '~':
    case '!~':
      return false;
  }
}

function comparesText(found: string, operator: QueryOperator, wanted: string): boolean {
  switch (operator) {
    case '=':
      return found === wanted;
    case '~':
      return matchesPattern(found.toLowerCase(), wanted.toLowerCase());
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
    case '!=':
    case '!~':
      return false;
  }
}

/** `*` any text, `?` any character; without either, anywhere. Never more steps than the product of the lengths. */
export function matchesPattern(text: string, pattern: string): boolean {
  if (!/[*?]/.test(pattern)) return text.includes(pattern);
  let at = 0;
  let in_ = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const wanted = pattern[in_];
    if (wanted === '*') {
      star = in_++;
      resume = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      in_++;
      at++;
    } else if (star !== -1) {
      in_ = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[in_] === '*') in_++;
  return in_ === pattern.length;
}
