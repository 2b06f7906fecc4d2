import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimate } from '../../../src/series/decimate.ts';

const value = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -1e9, max: 1e9, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
);
const points = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1000, noNaN: true }), value), { minLength: 1, maxLength: 2000 })
  .map(rows => rows.toSorted((a, b) => a[0] - b[0]))
  .map(rows => ({
    xs: Float64Array.from(rows, row => row[0]),
    ys: Float64Array.from(rows, row => row[1]),
  }));

describe('decimate', () => {
  it('keeps first, last, minimum and maximum of every pixel column', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 50 }), ({ xs, ys }, width) => {
        const kept = decimate(xs, ys, { from: 0, to: 1000, width });
        for (let column = 0; column < width; column++) {
          const inColumn = (x: number): boolean => Math.floor(x * (width / 1000)) === column;
          const before = finite(xs, ys, inColumn);
          const after = finite(kept.xs, kept.ys, inColumn);
          assert.equal(after.at(0), before.at(0));
          assert.equal(after.at(-1), before.at(-1));
          assert.equal(Math.min(...after), Math.min(...before));
          assert.equal(Math.max(...after), Math.max(...before));
        }
      }),
    );
  });

  it('is bounded by the width, whatever the values are', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 1, max: 20 }), ({ xs, ys }, width) => {
        const kept = decimate(xs, ys, { from: 0, to: 1000, width });
        assert.ok(kept.xs.length <= 10 * (width + 2));
        assert.ok(kept.markXs.length <= Math.max(4 * width, 3 * (width + 2)));
        assert.equal(kept.xs.length, kept.ys.length);
        assert.ok(kept.xs.every((x, i) => i === 0 || x >= (kept.xs[i - 1] ?? NaN)));
      }),
    );
  });

  it('marks every kind of value that is no finite number', () => {
    fc.assert(
      fc.property(points, ({ xs, ys }) => {
        const kept = decimate(xs, ys, { from: 0, to: 1000, width: 10 });
        const kinds = new Set(kept.markKinds);
        assert.equal(kinds.has(0), ys.some(Number.isNaN));
        assert.equal(kinds.has(1), ys.includes(Infinity));
        assert.equal(kinds.has(2), ys.includes(-Infinity));
      }),
    );
  });

  it('draws no line across a gap, and every point when they are few', () => {
    const xs = Float64Array.of(0, 1, 2, 3, 4);
    const kept = decimate(xs, Float64Array.of(5, NaN, 7, 8, Infinity), { from: 0, to: 4, width: 100 });
    assert.deepEqual([...kept.xs], [0, 1, 2, 3, 4]);
    assert.deepEqual([...kept.ys], [5, NaN, 7, 8, NaN]);
    assert.deepEqual([...kept.markXs], [1, 4]);
    assert.deepEqual([...kept.markKinds], [0, 1]);
  });

  it('adds one neighbour on either side of the visible range', () => {
    const xs = Float64Array.from({ length: 100 }, (_, i) => i);
    assert.deepEqual([...decimate(xs, xs, { from: 10.5, to: 12.5, width: 100 }).xs], [10, 11, 12, 13]);
  });

  it('keeps a lone spike among a million points', () => {
    const xs = Float64Array.from({ length: 1_000_000 }, (_, i) => i);
    const ys = new Float64Array(1_000_000);
    ys[123_457] = 9;
    const kept = decimate(xs, ys, { from: 0, to: 999_999, width: 300 });
    assert.ok(kept.xs.length <= 1208);
    assert.equal(kept.xs[kept.ys.indexOf(9)], 123_457);
  });
});

function finite(xs: Float64Array, ys: Float64Array, among: (x: number) => boolean): number[] {
  return [...ys].filter((y, i) => Number.isFinite(y) && among(xs[i] ?? NaN));
}
