/** Cuts the text of a filter into tokens, each with its place in the text. */
import { queryInvalid } from './errors.ts';

export interface QueryToken {
  readonly kind: 'word' | 'text' | 'operator' | 'open' | 'close' | 'end';
  /** For `word`: as written, up to a `."quoted part"`. For `text`: unquoted. */
  readonly text: string;
  /** A word with a quoted last part, `metrics."a b"`: that part. */
  readonly quotedPart?: string;
  /** Characters from the start of the filter. */
  readonly position: number;
}

export const queryOperators = ['<=', '>=', '!=', '!~', '==', '=', '<', '>', '~'] as const;

const wordPattern = /[^\s()=!<>~"',]+/y;

/** The last token is always `end`. Throws `query-invalid`. */
export function queryTokens(query: string): QueryToken[] {
  const tokens: QueryToken[] = [];
  let at = 0;
  while (at < query.length) {
    const char = query.charAt(at);
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const position = at;
    const operator = queryOperators.find(text => query.startsWith(text, at));
    if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator === '==' ? '=' : operator, position });
      at += operator.length;
    } else if (char === '(' || char === ')') {
      tokens.push({ kind: char === '(' ? 'open' : 'close', text: char, position });
      at++;
    } else if (char === '"' || char === "'") {
      const quoted = readQuoted(query, at);
      tokens.push({ kind: 'text', text: quoted.text, position });
      at = quoted.end;
    } else {
      wordPattern.lastIndex = at;
      const word = wordPattern.exec(query)?.[0];
      if (word === undefined) throw queryInvalid(`Unexpected ${char}`, at);
      at += word.length;
      const quote = query.charAt(at);
      if (word.endsWith('.') && (quote === '"' || quote === "'")) {
        const quoted = readQuoted(query, at);
        tokens.push({ kind: 'word', text: word.slice(0, -1), quotedPart: quoted.text, position });
        at = quoted.end;
      } else tokens.push({ kind: 'word', text: word, position });
    }
  }
  tokens.push({ kind: 'end', text: '', position: query.length });
  return tokens;
}

/** Text that reads back as the same text: in double quotes, `\` before `"` and `\`. */
export function quoteText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, character => `\\${character}`)}"`;
}

/** True when the text can stand without quotes and is read as one word. */
export function isWord(text: string): boolean {
  wordPattern.lastIndex = 0;
  return wordPattern.exec(text)?.[0] === text && !text.endsWith('.');
}

function readQuoted(query: string, from: number): { text: string; end: number } {
  const quote = query.charAt(from);
  let text = '';
  for (let at = from + 1; at < query.length; at++) {
    const char = query.charAt(at);
    if (char === quote) return { text, end: at + 1 };
    if (char === '\\' && at + 1 < query.length) at++;
    text += query.charAt(at);
  }
  throw queryInvalid('Unclosed quote', from, `Add ${quote} at the end.`);
}
