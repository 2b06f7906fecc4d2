/** Many things in one sentence: the first ones, and how many more there are. */
const shown = 5;

export function printableList(items: readonly string[]): string {
  const more = items.length - shown;
  return items.slice(0, shown).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
