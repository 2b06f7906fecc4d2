/**
 * Foreign text for Markdown that others render: in one line, with nothing that Markdown, HTML, or GitHub and GitLab on
 * top of it take for more than text. Mentions, references and bare addresses are looked for in what is rendered, so a
 * backslash does not stop them: an invisible character between their parts does.
 */

/** ZERO WIDTH SPACE: shown as nothing, part of no word. */
const apart = '\u200b';

/** At most `length` characters of the text. */
export function escapeMarkdown(text: string, length = 160): string {
  const line = shorten(
    text
      .slice(0, 4 * length + 64)
      .replace(/[\p{Cc}\s]+/gu, ' ')
      // What is invisible or turns the direction of text.
      .replace(/[\p{Cf}\p{Cs}\u2028\u2029]/gu, '')
      .trim(),
    length,
  )
    .replace(/@(?=[\p{L}\p{N}_-])/gu, `@${apart}`)
    .replace(/([#!$%&~^])(?=[\p{L}\p{N}_])/gu, `$1${apart}`)
    .replace(/\b(GH|www)(?=[-.])/giu, `$1${apart}`)
    .replace(/:(?=\/\/)/g, `:${apart}`)
    .replace(/[\\`*_{}[\]()#!|<>~@$&^]/g, character => `\\${character}`);
  // What would begin a list or a rule means nothing anywhere but at the beginning of a line.
  return line.replace(/^[-+=:]/, character => `\\${character}`).replace(/^(\d{1,9})\.(?=\s|$)/, '$1\\.');
}

function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length > length ? `${characters.slice(0, length).join('')}…` : text;
}
