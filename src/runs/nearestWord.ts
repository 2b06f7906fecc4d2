/** The word that was probably meant: the one with the fewest changed characters, if there are few. */
export function nearestWord(text: string, words: readonly string[]): string | undefined {
  const allowed = Math.max(1, Math.floor(text.length / 3));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const word of words) {
    if (Math.abs(word.length - text.length) > allowed) continue;
    const distance = editDistance(text, word);
    if (distance < bestDistance) [best, bestDistance] = [word, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
