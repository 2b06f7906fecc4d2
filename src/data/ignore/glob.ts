/** Matches one part of a path against `*`, `?`, `[a-z]` and escapes, in time proportional to pattern times name. */

/** Whether a name (no slashes) matches. */
export type Glob = (name: string) => boolean;

type Token =
  { readonly kind: 'star' } | { readonly kind: 'one'; readonly accepts: (code: number) => boolean };

/** Undefined for what git discards: an open `[`, a lone backslash at the end. */
export function compileGlob(word: string): Glob | undefined {
  if (!/[*?[\\]/.test(word)) return name => name === word;
  if (word === '*') return name => name !== '';
  const tokens = tokensOf(word);
  return tokens === undefined ? undefined : name => matches(tokens, name);
}

function tokensOf(word: string): Token[] | undefined {
  const letters = Array.from(word);
  const tokens: Token[] = [];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? '';
    if (letter === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (letter === '?') tokens.push({ kind: 'one', accepts: () => true });
    else if (letter === '[') {
      const end = closingBracket(letters, at);
      if (end === undefined) return undefined;
      tokens.push({ kind: 'one', accepts: letterClass(letters.slice(at + 1, end)) });
      at = end;
    } else if (letter === '\\') {
      at += 1;
      const escaped = letters[at];
      if (escaped === undefined) return undefined;
      tokens.push(exactly(escaped));
    } else tokens.push(exactly(letter));
  }
  return tokens;
}

function exactly(letter: string): Token {
  const wanted = letter.codePointAt(0);
  return { kind: 'one', accepts: code => code === wanted };
}

/** A `]` right after the opening, or after its negation, is a letter of the class. */
function closingBracket(letters: readonly string[], open: number): number | undefined {
  let at = open + 1;
  if (letters[at] === '!' || letters[at] === '^') at += 1;
  if (letters[at] === ']') at += 1;
  while (at < letters.length && letters[at] !== ']') at += 1;
  return at < letters.length ? at : undefined;
}

function letterClass(inner: readonly string[]): (code: number) => boolean {
  const negated = inner[0] === '!' || inner[0] === '^';
  const letters = negated ? inner.slice(1) : inner;
  const ranges: [number, number][] = [];
  for (let at = 0; at < letters.length; at++) {
    const low = letters[at]?.codePointAt(0) ?? 0;
    const high = letters[at + 1] === '-' ? letters[at + 2]?.codePointAt(0) : undefined;
    ranges.push([low, high ?? low]);
    if (high !== undefined) at += 2;
  }
  return code => ranges.some(([low, high]) => code >= low && code <= high) !== negated;
}

/** On a mismatch only the last star is given one letter more: earlier ones need never change. */
function matches(tokens: readonly Token[], name: string): boolean {
  const codes = Array.from(name, letter => letter.codePointAt(0) ?? 0);
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < codes.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      star = token;
      starAt = at;
      token += 1;
    } else if (current?.accepts(codes[at] ?? 0) === true) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      token = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  while (tokens[token]?.kind === 'star') token += 1;
  return token === tokens.length;
}
