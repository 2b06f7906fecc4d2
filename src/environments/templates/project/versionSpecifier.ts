/**
 * Version specifiers of PEP 440 on plain release numbers, which is all that the tables of versions hold: `>=2.4,<3`,
 * `==2.9.*`, `~=2.4`. What is not understood excludes nothing.
 */

/** Whether `version` (`2.9.1`) is allowed by `specifier`; an empty one allows everything. */
export function satisfies(version: string, specifier: string): boolean {
  return specifier
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
    .every(part => satisfiesOne(version, part));
}

/** The one version that `specifier` allows, local label included (`2.5.1+cu124`); undefined where there are more. */
export function exactVersion(specifier: string): string | undefined {
  return /(?:^|,)\s*={2,3}\s*(\d+(?:\.\d+)*(?:\+[\w.]+)?)\s*(?:,|$)/.exec(specifier)?.[1];
}

/** Negative where `a` is older than `b`. Missing numbers are 0: 2.9 equals 2.9.0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function satisfiesOne(version: string, part: string): boolean {
  const read = /^(===|==|!=|>=|<=|~=|>|<)\s*v?(\d+(?:\.\d+)*)(\.\*)?/.exec(part);
  if (read === null) return true;
  const [, operator = '', wanted = '', star] = read;
  const order = compareVersions(version, wanted);
  switch (operator) {
    case '==':
    case '===':
      return star === undefined ? order === 0 : hasPrefix(version, wanted);
    case '!=':
      return star === undefined ? order !== 0 : !hasPrefix(version, wanted);
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    default:
      return order >= 0 && hasPrefix(version, wanted.split('.').slice(0, -1).join('.'));
  }
}

function hasPrefix(version: string, prefix: string): boolean {
  const wanted = prefix === '' ? [] : numbers(prefix);
  const given = numbers(version);
  return wanted.every((number, at) => (given[at] ?? 0) === number);
}

function numbers(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
