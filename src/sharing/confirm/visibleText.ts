/** Text of strangers as it is: every character that moves the cursor, turns the direction or does not show is spelt out. */

/** `\x1b`, `\u202e`; line ends as `\n`. */
export function visibleText(text: string): string {
  return text.replace(hidden, character => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    const code = character.codePointAt(0) ?? 0;
    if (code < 256) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Controls, formats (direction, joiners, tags), surrogates without their half, private use, odd spaces. */
const hidden =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u115f\u1160\u3164\uffa0]/gu;
