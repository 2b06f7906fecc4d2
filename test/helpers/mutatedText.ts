/** Real texts with bytes of them cut, doubled, swapped and overwritten: what a parser of foreign output has to bear. */
import fc from 'fast-check';

/** One of `texts` after up to six changes. */
export function mutated(texts: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    kind: fc.constantFrom('cut', 'double', 'put', 'end'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(40),
    put: fc.oneof(fc.string(), fc.constantFrom('\n', ',', '<', '"', '{', '[N/A]', '-1', '1e999', '\0')),
  });
  return fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 6 })).map(([text, changes]) =>
    changes.reduce((before, { kind, at, length, put }) => {
      const from = Math.floor(at * before.length);
      const part = before.slice(from, from + length);
      const rest = before.slice(from + length);
      if (kind === 'end') return before.slice(0, from);
      if (kind === 'cut') return before.slice(0, from) + rest;
      return before.slice(0, from) + (kind === 'double' ? part + part : put) + rest;
    }, text),
  );
}
