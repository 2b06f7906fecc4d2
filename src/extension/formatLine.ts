/** Untrusted text in one line. Apart from what needs VS Code. */

/** One line, at most `limit` characters, of untrusted text. */
export function oneLine(text: string, limit = 200): string {
  const line = text
    .slice(0, 4 * limit)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length <= limit ? line : `${characters.slice(0, limit - 1).join('')}…`;
}
