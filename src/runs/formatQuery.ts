/** Writes a filter as text that parses to the same filter. */
import type { RunQuery } from './parseQuery.ts';
import type { QueryField } from './queryFields.ts';
import { isWord, quoteText } from './queryTokens.ts';

export function formatRunQuery(query: RunQuery): string {
  switch (query.kind) {
    case 'everything':
      return '';
    case 'or':
      return query.parts.map(part => inBrackets(part, ['or'])).join(' or ');
    case 'and':
      return query.parts.map(part => inBrackets(part, ['or', 'and'])).join(' and ');
    case 'not':
      return `not ${inBrackets(query.part, ['or', 'and'])}`;
    case 'present':
      return formatQueryField(query.field);
    case 'comparison': {
      const { field, operator, value } = query;
      const text = value.quoted || !isWord(value.text) ? quoteText(value.text) : value.text;
      return `${formatQueryField(field)} ${operator} ${text}`;
    }
  }
}

export function formatQueryField(field: QueryField): string {
  switch (field.kind) {
    case 'plain':
      return field.name;
    case 'parameter':
      return `params.${formatKey(field.key)}`;
    case 'tag':
      return `tags.${formatKey(field.key)}`;
    case 'metric': {
      const metric = `metrics.${formatKey(field.key)}`;
      return field.part === 'last' ? metric : `${field.part}(${metric})`;
    }
  }
}

function formatKey(key: string): string {
  return isWord(key) ? key : quoteText(key);
}

function inBrackets(part: RunQuery, kinds: readonly string[]): string {
  const text = formatRunQuery(part);
  return kinds.includes(part.kind) ? `(${text})` : text;
}
