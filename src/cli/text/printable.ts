/**
 * Text from runs (names, metric keys, messages of programs) made safe to print: a name must never move the cursor,
 * change the title or hide what follows.
 */

/** Control characters and what turns the direction of text are shown as `\x1b`-like escapes; the rest stays. */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    character => {
      if (character === '\n') return '\\n';
      if (character === '\t') return '\\t';
      const code = character.charCodeAt(0);
      return code < 256
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}

/** Like {@link printable}, for text of several lines: line ends stay. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
