/** Words as a sentence has them: `a, b and c`, of many the first five. */
export function listed(words: readonly string[]): string {
  const shown = words.slice(0, 5);
  return words.length > 5
    ? `${shown.join(', ')} and ${words.length - 5} more`
    : shown.length < 2
      ? shown.join('')
      : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}
