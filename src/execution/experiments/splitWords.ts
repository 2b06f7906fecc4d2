/**
 * Splits a command line into words by the quoting rules of POSIX shells. Nothing is expanded and no shell runs:
 * what would need one (`|`, `>`, `$(…)`, …) is refused rather than passed on as a word.
 */
import { commandUnclear } from './errors.ts';

/** Throws `command-unclear` for an open quote or an operator of the shell. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    at += 1;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'") {
      const end = text.indexOf("'", at);
      if (end < 0) throw commandUnclear(text, 'a single quote is not closed');
      word = (word ?? '') + text.slice(at, end);
      at = end + 1;
    } else if (character === '"') {
      const { value, next } = doubleQuoted(text, at);
      word = (word ?? '') + value;
      at = next;
    } else if (character === '\\') {
      if (at >= text.length) throw commandUnclear(text, 'it ends with a backslash');
      if (text.charAt(at) !== '\n') word = (word ?? '') + text.charAt(at);
      at += 1;
    } else if ('|&;<>()`'.includes(character)) {
      throw commandUnclear(text, `${character} needs a shell (write it as sh -c "…")`);
    } else if (character === '#' && word === undefined) {
      break;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  if (words.length === 0) throw commandUnclear(text, 'it has no words');
  return words;
}

function doubleQuoted(text: string, from: number): { value: string; next: number } {
  let value = '';
  let at = from;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') return { value, next: at + 1 };
    const escaped = text.charAt(at + 1);
    if (character === '\\' && escaped !== '' && '"\\$`\n'.includes(escaped)) {
      if (escaped !== '\n') value += escaped;
      at += 2;
    } else {
      value += character;
      at += 1;
    }
  }
  throw commandUnclear(text, 'a double quote is not closed');
}
