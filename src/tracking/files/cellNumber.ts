/** Numbers as programs write them into tables, one rule for all of them. */

const words = new Map<string, number>([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  // As the C library of Windows writes them.
  ['1.#qnan', Number.NaN],
  ['1.#ind', Number.NaN],
  ['1.#inf', Number.POSITIVE_INFINITY],
  ['nan(ind)', Number.NaN],
]);
const longestNumber = 64;

/** The number that `cell` holds, padded or not; undefined for blank cells and for text. */
export function cellNumber(cell: string): number | undefined {
  if (cell.length === 0 || cell.length > longestNumber) return undefined;
  const value = Number(cell);
  if (!Number.isNaN(value)) {
    // Number() takes blanks for 0 and knows hexadecimal, which tables do not mean.
    if (value !== 0) return /[xXoObB]/.test(cell) ? undefined : value;
    return /^\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*$/.test(cell) ? value : undefined;
  }
  const text = cell.trim().toLowerCase();
  const negative = text.startsWith('-');
  const word = words.get(negative || text.startsWith('+') ? text.slice(1) : text);
  return word === undefined ? undefined : negative ? -word : word;
}

/** Cells that stand for no value at all: blank, Keras' `NA`, pandas' and SQL's words. */
export function isBlankCell(cell: string): boolean {
  const text = cell.trim();
  return text === '' || text === 'NA' || text === 'N/A' || text === 'None' || text === 'null' || text === '-';
}
