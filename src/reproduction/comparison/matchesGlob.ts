/** Patterns that people write in `lockstep.yaml` for metric keys and paths. Invariant: no pattern throws, and time grows with pattern × text only. */

/**
 * Whether `pattern` matches the whole of `text`, letters of either case: `**` is any text, `*` any text without `/`,
 * `?` one character except `/`; everything else stands for itself. A pattern without `/` also matches the last
 * segment of a path.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern.includes('/') ? pattern : `**/${pattern}`);
  const characters = Array.from(text.toLowerCase().replaceAll('\\', '/'));
  // reached[at]: the tokens so far can match the first `at` characters.
  let reached = new Array<boolean>(characters.length + 1).fill(false);
  reached[0] = true;
  for (const token of tokens) {
    const next = new Array<boolean>(characters.length + 1).fill(false);
    if (token === '**/') {
      // Nothing, or any text that ends in a slash.
      let before = false;
      for (let at = 0; at <= characters.length; at += 1) {
        next[at] = (reached[at] ?? false) || (before && characters[at - 1] === '/');
        before ||= reached[at] ?? false;
      }
    } else if (token === '**' || token === '*') {
      for (let at = 0; at <= characters.length; at += 1) {
        const goesOn = at > 0 && (next[at - 1] ?? false) && (token === '**' || characters[at - 1] !== '/');
        next[at] = (reached[at] ?? false) || goesOn;
      }
    } else {
      for (let at = 1; at <= characters.length; at += 1) {
        const character = characters[at - 1];
        next[at] = (reached[at - 1] ?? false) && (token === '?' ? character !== '/' : character === token);
      }
    }
    reached = next;
  }
  return reached[characters.length] ?? false;
}

function tokensOf(pattern: string): string[] {
  return pattern
    .toLowerCase()
    .split(/(\*\*+\/|\*\*+|\*)/)
    .flatMap(part => {
      if (/^\*\*+\/$/.test(part)) return ['**/'];
      if (/^\*\*+$/.test(part)) return ['**'];
      return part === '*' ? ['*'] : Array.from(part);
    });
}
