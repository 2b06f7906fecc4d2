import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  dataTypeOf,
  defaultTolerances,
  equalValues,
  storedDecimals,
  withinTolerance,
} from '../../../../src/reproduction/comparison/tolerance.ts';

describe('tolerance', () => {
  it('calls every number equal to itself, NaN and infinities included', () => {
    fc.assert(fc.property(fc.double(), value => equalValues(value, value)));
  });

  it('tells an infinity from the other one and from NaN', () => {
    for (const tolerance of Object.values(defaultTolerances)) {
      assert.equal(withinTolerance(Infinity, -Infinity, tolerance), false);
      assert.equal(withinTolerance(Infinity, NaN, tolerance), false);
      assert.equal(withinTolerance(NaN, 0, tolerance), false);
      assert.equal(withinTolerance(Infinity, Infinity, tolerance), true);
    }
  });

  it('is relative to the original', () => {
    const tolerance = { rtol: 0.1, atol: 0 };
    assert.equal(withinTolerance(100, 110, tolerance), true);
    assert.equal(withinTolerance(100, 110.1, tolerance), false);
    assert.equal(withinTolerance(0, 0.001, tolerance), false);
  });

  const types: [values: number[], type: string][] = [
    [[1, 2, 3], 'integer'],
    [[1, NaN, Infinity], 'integer'],
    [[0.5, 0.25], 'float32'],
    [[Math.fround(0.1), Math.fround(0.7)], 'float32'],
    [[0.1, 0.5], 'float64'],
  ];
  for (const [values, type] of types)
    it(`takes ${JSON.stringify(values)} for ${type}`, () => {
      assert.equal(dataTypeOf(Float64Array.from(values)), type);
    });

  const decimals: [values: number[], decimals: number | undefined][] = [
    [[0.1234, 2.5], 4],
    [[1, 2], undefined],
    [[0.12345678], undefined],
    [[1e-5, 0.5], 5],
    [[1, 1.5, 3], undefined],
    [[NaN, 0.5, 1.5], 1],
  ];
  for (const [values, expected] of decimals)
    it(`finds ${expected ?? 'all bits'} stored in ${JSON.stringify(values)}`, () => {
      assert.equal(storedDecimals(Float64Array.from(values)), expected);
    });
});
