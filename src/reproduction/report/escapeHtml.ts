/** Foreign text for HTML and SVG, in elements and in quoted attributes. */

/** Control characters and what turns the direction of text are left out; line ends become spaces. */
export function escapeHtml(text: string, length = 400): string {
  const line = text
    .slice(0, 2 * length + 2)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu, '');
  const characters = Array.from(line);
  const short = characters.length > length ? `${characters.slice(0, length).join('')}…` : line;
  return short.replace(/[&<>"'`]/g, character => `&#${character.charCodeAt(0)};`);
}
