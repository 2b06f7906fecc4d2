/**
 * The words of MLflow's search language. Names may hold parts in backticks or double quotes (tags.`a.b`), values are
 * numbers or texts in single or double quotes, in which a doubled quote is one.
 */
import { invalidValue } from './mlflowProblem.ts';

export type FilterToken =
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: '(' | ')' | ',' }
  /** `quoted`: a single quoted text. `head` is what stands before the first quoted part. */
  | { readonly kind: 'word'; readonly text: string; readonly head: string; readonly quoted: boolean };

const operators = ['!=', '<>', '>=', '<=', '==', '=', '>', '<'];
const quotes = new Set(['"', "'", '`']);
const ends = new Set([' ', '\t', '\n', '\r', '(', ')', ',', '=', '<', '>', '!']);

/** Throws INVALID_PARAMETER_VALUE for a quote without an end. */
export function filterTokens(text: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    const operator = operators.find(candidate => text.startsWith(candidate, at));
    if (/\s/.test(character)) at++;
    else if (character === '(' || character === ')' || character === ',') {
      tokens.push({ kind: 'mark', text: character });
      at++;
    } else if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator === '==' ? '=' : operator === '<>' ? '!=' : operator });
      at += operator.length;
    } else {
      const word = readWord(text, at);
      tokens.push(word.token);
      at = word.end;
    }
  }
  return tokens;
}

function readWord(text: string, from: number): { token: FilterToken; end: number } {
  const parts: { text: string; quoted: boolean }[] = [];
  let at = from;
  while (at < text.length && !ends.has(text.charAt(at))) {
    const quote = text.charAt(at);
    if (quotes.has(quote)) {
      const { content, end } = readQuoted(text, at, quote);
      parts.push({ text: content, quoted: true });
      at = end;
    } else {
      let end = at;
      while (end < text.length && !ends.has(text.charAt(end)) && !quotes.has(text.charAt(end))) end++;
      parts.push({ text: text.slice(at, end), quoted: false });
      at = end;
    }
  }
  // A character that begins nothing, as a lone exclamation mark.
  if (at === from) throw invalidValue(`Invalid clause(s) in filter string: ${text.slice(from, from + 40)}`);
  const token = {
    kind: 'word' as const,
    text: parts.map(part => part.text).join(''),
    head: parts[0]?.quoted === false ? parts[0].text : '',
    quoted: parts.length === 1 && parts[0]?.quoted === true,
  };
  return { token, end: at };
}

function readQuoted(text: string, from: number, quote: string): { content: string; end: number } {
  let content = '';
  let at = from + 1;
  for (;;) {
    const end = text.indexOf(quote, at);
    if (end === -1)
      throw invalidValue(`Invalid filter string: the quote at character ${from + 1} has no end.`);
    content += text.slice(at, end);
    if (text.charAt(end + 1) !== quote) return { content, end: end + 1 };
    content += quote;
    at = end + 2;
  }
}
