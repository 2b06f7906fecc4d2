/** Compares versions of engines, drivers and CUDA: numbers with dots, whatever follows them. */

/** Negative, 0 or positive, as for sorting. A missing part counts as 0: `12` equals `12.0`. */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [partsOf(one), partsOf(other)];
  for (let place = 0; place < Math.max(left.length, right.length); place++) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function atLeast(version: string, least: string): boolean {
  return compareVersions(version, least) >= 0;
}

/** `v29.1.0-rc.2` → 29, 1, 0. */
function partsOf(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
