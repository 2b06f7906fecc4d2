/** In which styles a text can be written. Source: ruamel.yaml `emitter.py`, `analyze_scalar` for YAML 1.2. */

export interface ScalarStyles {
  /** Without quotes inside of `[…]` and `{…}`. */
  readonly flowPlain: boolean;
  /** Without quotes elsewhere. */
  readonly blockPlain: boolean;
  readonly singleQuoted: boolean;
}

const blanks = '\0 \t\r\n\u0085\u2028\u2029';
const breaks = '\n\u0085\u2028\u2029';

export function analyzeScalar(text: string): ScalarStyles {
  if (text === '') return { flowPlain: false, blockPlain: true, singleQuoted: true };
  const letters = Array.from(text);
  let block = text.startsWith('---') || text.startsWith('...');
  let flow = block;
  let lineBreaks = false;
  let special = false;
  let breakSpace = false;
  let spaceBreak = false;
  let previous: 'space' | 'break' | 'other' = 'other';
  let afterBlank = true;
  for (const [index, letter] of letters.entries()) {
    const next = letters[index + 1];
    const beforeBlank = next === undefined || blanks.includes(next);
    if (index === 0) {
      if ('#,[]{}&*!|>\'"%@`'.includes(letter)) block = flow = true;
      if ('?:'.includes(letter)) {
        if (letters.length === 1) flow = true;
        if (beforeBlank) block = true;
      }
      if (letter === '-' && beforeBlank) block = flow = true;
    } else {
      if (',[]{}'.includes(letter)) flow = true;
      if (letter === ':' && beforeBlank) block = flow = true;
      if (letter === '#' && afterBlank) block = flow = true;
    }
    const isBreak = breaks.includes(letter);
    if (isBreak) lineBreaks = true;
    if (!isPrintable(letter)) special = true;
    if (letter === ' ') {
      if (previous === 'break') breakSpace = true;
      previous = 'space';
    } else if (isBreak) {
      if (previous === 'space') spaceBreak = true;
      previous = 'break';
    } else previous = 'other';
    afterBlank = blanks.includes(letter);
  }
  const edges = ` ${breaks}`;
  const bareEdge = edges.includes(letters[0] ?? '') || edges.includes(letters.at(-1) ?? '');
  const quotedOnly = bareEdge || breakSpace || special || spaceBreak || lineBreaks;
  return {
    flowPlain: !flow && !quotedOnly,
    blockPlain: !block && !quotedOnly,
    singleQuoted: !breakSpace && !special && !spaceBreak,
  };
}

function isPrintable(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  if (letter === '\n' || (code >= 0x20 && code <= 0x7e) || code === 0x85) return true;
  if (code === 0xfeff) return false;
  return (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
}
