/** What of a reported value is a number: as such, as text (`f"{loss:.4f}"`), or in an array of numbers. */

/** More in one array are data, not measurements. */
const mostOfArray = 64;

/**
 * Undefined for what is no number. Of texts only what a program formats as one: whole numbers in quotes are ids, seeds and
 * ports, and a hash may look like `12e5`.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > 40) return undefined;
  if (/^[-+]?(?:(?:0|[1-9]\d{0,14})\.\d*|\.\d+|\d+\.\d*e[-+]?\d+|\d+e[-+]\d+)$/i.test(value))
    return Number(value);
  const special = /^([-+]?)(?:(nan)|inf(?:inity)?)$/i.exec(value);
  if (special === null) return undefined;
  return special[2] === undefined ? (special[1] === '-' ? -Infinity : Infinity) : NaN;
}

/** Each number with its place: `0`, or `0/1` of rows. Undefined for what holds anything else, nothing, or too many. */
export function numbersOf(
  value: readonly unknown[],
): readonly { readonly place: string; readonly value: number }[] | undefined {
  const found: { place: string; value: number }[] = [];
  const collect = (part: readonly unknown[], prefix: string, depth: number): boolean =>
    part.length <= mostOfArray &&
    depth <= deepestArray &&
    part.every((one, at) => {
      if (Array.isArray(one)) return collect(one, `${prefix}${at}/`, depth + 1);
      if (typeof one !== 'number') return false;
      return found.push({ place: `${prefix}${at}`, value: one }) <= mostOfArray;
    });
  return collect(value, '', 1) && found.length > 0 ? found : undefined;
}

const deepestArray = 4;
