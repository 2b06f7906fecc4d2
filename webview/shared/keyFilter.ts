/** Filters what a panel shows by the names that programs gave it. */

/** What a typed filter means: a test, or why it cannot be read. An empty filter passes everything. */
export type KeyFilter = { readonly passes: (key: string) => boolean } | { readonly problem: string };

/** A pattern may be costly on endless keys: only so many characters are looked at. */
const searchedLength = 500;

/** Compiles a filter; case does not matter unless the pattern holds a capital letter. */
export function keyFilter(pattern: string): KeyFilter {
  if (pattern === '') return { passes: () => true };
  try {
    const expression = new RegExp(pattern, /\p{Lu}/u.test(pattern) ? '' : 'i');
    return { passes: key => expression.test(key.slice(0, searchedLength)) };
  } catch (error) {
    return {
      problem: error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : '',
    };
  }
}
