/** The order of Python: by code point, where JavaScript compares halves of surrogate pairs. */

export function comparePaths(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const x = one.charCodeAt(at);
    const y = other.charCodeAt(at);
    if (x === y) continue;
    const highX = isHigh(one, at, x);
    const highY = isHigh(other, at, y);
    // A pair stands for a code point above all others; alone, a half is an ordinary one.
    if (highX !== highY) return highX ? 1 : -1;
    return x - y;
  }
  return one.length - other.length;
}

/** Whether the halves of the order of `<` and of {@link comparePaths} may differ for these. */
export function needsCodePoints(paths: readonly string[]): boolean {
  return paths.some(path => /[\ud800-\uffff]/.test(path));
}

/** Sorted by code point; the same array where it was already. */
export function sortPaths(paths: readonly string[]): readonly string[] {
  const plain = !needsCodePoints(paths);
  const compare = plain ? (one: string, other: string) => (one < other ? -1 : 1) : comparePaths;
  for (let index = 1; index < paths.length; index += 1)
    if (compare(paths[index - 1] ?? '', paths[index] ?? '') > 0)
      return plain ? [...paths].sort() : [...paths].sort(comparePaths);
  return paths;
}

function isHigh(text: string, at: number, unit: number): boolean {
  if (unit < 0xd800 || unit > 0xdfff) return false;
  if (unit <= 0xdbff) {
    const next = text.charCodeAt(at + 1);
    return next >= 0xdc00 && next <= 0xdfff;
  }
  const before = at === 0 ? 0 : text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}
