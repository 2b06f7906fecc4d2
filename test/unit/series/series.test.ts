import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chartSeries } from '../../../src/series/chartSeries.ts';
import { compareSeries } from '../../../src/series/compareSeries.ts';
import { extent, linearDomain, logDomain } from '../../../src/series/domains.ts';
import { formatMetric } from '../../../src/series/formatMetric.ts';
import { formatNumber, formatSeconds } from '../../../src/series/formatNumber.ts';
import { orderByX } from '../../../src/series/orderByX.ts';
import { relativeDifference } from '../../../src/series/relativeDifference.ts';
import { lowerBound, nearestIndex, upperBound } from '../../../src/series/searchSorted.ts';
import { smooth } from '../../../src/series/smooth.ts';

const floats = (...values: number[]): Float64Array => Float64Array.from(values);
const anyDoubles = fc.array(fc.double(), { maxLength: 60 });

describe('searchSorted', () => {
  it('agrees with a linear search', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 })),
        fc.integer({ min: -1, max: 21 }),
        (list, value) => {
          const sorted = list.toSorted((a, b) => a - b);
          assert.equal(lowerBound(sorted, value), sorted.filter(x => x < value).length);
          assert.equal(upperBound(sorted, value), sorted.filter(x => x <= value).length);
          const nearest = Math.min(...sorted.map(x => Math.abs(x - value)));
          const found = sorted[nearestIndex(sorted, value)];
          assert.equal(found === undefined ? Infinity : Math.abs(found - value), nearest);
        },
      ),
    );
  });
});

describe('orderByX', () => {
  it('leaves ascending points alone and sorts others without losing one', () => {
    const xs = floats(1, 2, 2, 3);
    assert.equal(orderByX(xs, xs).xs, xs);
    const restarted = orderByX(floats(0, 1, 2, 1, 2, NaN), floats(10, 11, 12, 21, 22, 0));
    assert.equal(restarted.reordered, true);
    assert.deepEqual([...restarted.xs], [0, 1, 1, 2, 2]);
    assert.deepEqual([...restarted.ys], [10, 11, 21, 12, 22]);
  });
});

describe('smooth', () => {
  it('is the average with the bias of its start removed', () => {
    assert.deepEqual([...smooth(floats(1, 2), 0.5)], [1, (0.5 * 0.5 + 0.5 * 2) / 0.75]);
  });

  it('stays within the values, keeps what is no finite number, and leaves a constant exactly as it is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (list, weight) => {
          const smoothed = [...smooth(Float64Array.from(list), weight)];
          const slack = 1e-6;
          assert.ok(Math.min(...smoothed) >= Math.min(...list) - slack);
          assert.ok(Math.max(...smoothed) <= Math.max(...list) + slack);
        },
      ),
    );
    assert.deepEqual([...smooth(floats(1, NaN, Infinity, 3), 0.9)].slice(1, 3), [NaN, Infinity]);
    assert.deepEqual([...smooth(floats(0.1, 0.1, 0.1), 0.9)], [0.1, 0.1, 0.1]);
  });
});

describe('relativeDifference', () => {
  const table: [number, number, number][] = [
    [1, 1, 0],
    [NaN, NaN, 0],
    [Infinity, Infinity, 0],
    [0, -0, 0],
    [2, 3, 0.5],
    [-2, -3, 0.5],
    [0, 1e-300, Infinity],
    [1, NaN, Infinity],
    [Infinity, -Infinity, Infinity],
  ];
  for (const [original, now, expected] of table)
    it(`of ${original} and ${now} is ${expected}`, () => {
      assert.equal(relativeDifference(original, now), expected);
    });
});

describe('compareSeries', () => {
  it('finds the first step that differs and how far all is equal', () => {
    const comparison = compareSeries(
      { steps: floats(0, 1, 2, 3), values: floats(5, 4, 3, 2) },
      { steps: floats(0, 1, 2), values: floats(5, 4, 3.3) },
    );
    assert.deepEqual(comparison.first, {
      step: 2,
      original: 3,
      now: 3.3,
      relative: relativeDifference(3, 3.3),
    });
    assert.equal(comparison.identicalThrough, 1);
    assert.deepEqual([...comparison.steps], [0, 1, 2]);
  });

  it('finds nothing between a series and itself, NaN included', () => {
    fc.assert(
      fc.property(anyDoubles, list => {
        const series = { steps: Float64Array.from(list, (_, i) => i), values: Float64Array.from(list) };
        const comparison = compareSeries(series, series);
        assert.equal(comparison.first, undefined);
        assert.equal(comparison.maxRelative, 0);
        assert.equal(comparison.identicalThrough, list.length === 0 ? undefined : list.length - 1);
      }),
    );
  });

  it('does not call a repeated step identical when one of its values differs', () => {
    const steps = floats(0, 1, 1);
    const comparison = compareSeries({ steps, values: floats(1, 2, 3) }, { steps, values: floats(1, 2, 4) });
    assert.equal(comparison.first?.step, 1);
    assert.equal(comparison.identicalThrough, 0);
  });
});

describe('domains', () => {
  it('are finite, never empty, and hold the values', () => {
    fc.assert(
      fc.property(anyDoubles, list => {
        const range = extent(list);
        const [low, high] = linearDomain(range);
        assert.ok(Number.isFinite(low) && Number.isFinite(high) && low < high);
        if (range !== undefined) assert.ok(low <= range[0] && high >= range[1]);
        const positive = extent(list, value => value > 0);
        const [logLow, logHigh] = logDomain(positive);
        assert.ok(logLow > 0 && Number.isFinite(logHigh) && logLow < logHigh);
      }),
    );
    assert.deepEqual(logDomain([0.03, 20]), [0.01, 100]);
    assert.deepEqual(linearDomain([5, 5]), [4.5, 5.5]);
  });
});

describe('formatMetric', () => {
  const shown: [string | undefined, number, string][] = [
    ['hardware/memory.bytes', 14_155_776, '13.5 MiB'],
    ['hardware/gpu.0.run.memory.bytes', 85_899_345_920, '80 GiB'],
    ['peak_bytes', 1023, '1023 B'],
    ['memoryBytes', -1536, '−1.5 KiB'],
    ['bytes', NaN, 'NaN'],
    ['bytes', Infinity, '∞'],
    ['bytes', 0, '0 B'],
    ['bytes', 1024 ** 7, '1024 EiB'],
    ['bytes_per_second', 14_155_776, '1.4156e7'],
    ['megabytes', 12, '12'],
    [undefined, 0.25, '0.25'],
  ];
  for (const [key, value, text] of shown)
    it(`${key ?? 'no name'} ${value} is ${text}`, () => assert.equal(formatMetric(key, value), text));
  it('gives bytes a number below 1024, whatever they are', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2 ** 69, noNaN: true }), value => {
        assert.match(formatMetric('bytes', value), /^[\d.]+(?:e−?-?\d+)? [KMGTPE]?i?B$/);
        assert.ok(parseFloat(formatMetric('bytes', value)) <= 1024);
      }),
    );
  });
});

describe('formatNumber', () => {
  const table: [number, string][] = [
    [0, '0'],
    [0.1 + 0.2, '0.3'],
    [0.41237, '0.41237'],
    [1240, '1240'],
    [-2.5, '−2.5'],
    [1e-7, '1e-7'],
    [123_456_789, '1.2346e8'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
  ];
  for (const [value, text] of table)
    it(`writes ${value} as ${text}`, () => {
      assert.equal(formatNumber(value), text);
    });

  const spans: [number, string][] = [
    [0.41, '0.41 s'],
    [41, '41 s'],
    [185, '3 m 5 s'],
    [7800, '2 h 10 m'],
    [273_600, '3 d 4 h'],
    [-60, '−1 m'],
  ];
  for (const [seconds, text] of spans)
    it(`writes ${seconds} seconds as ${text}`, () => {
      assert.equal(formatSeconds(seconds), text);
    });
});

describe('chartSeries', () => {
  const stored = { steps: floats(1, 2, 3), times: floats(1000, 2000, 4000), values: floats(3, NaN, 1) };

  it('offers step, time since the start and wall time as x', () => {
    const view = { width: 100, smoothing: 0 };
    assert.deepEqual([...chartSeries(stored, { ...view, x: 'step' }).raw.xs], [1, 2, 3]);
    assert.deepEqual([...chartSeries(stored, { ...view, x: 'relative' }, 500).raw.xs], [0.5, 1.5, 3.5]);
    assert.deepEqual([...chartSeries(stored, { ...view, x: 'wall' }).raw.xs], [1, 2, 4]);
  });

  it('tells the last point and the ranges of all points, also when zoomed', () => {
    const zoomed = chartSeries(stored, { x: 'step', range: [1, 1.5], width: 100, smoothing: 0.6 });
    assert.equal(zoomed.lastStep, 3);
    assert.equal(zoomed.lastValue, 1);
    assert.deepEqual(zoomed.xRange, [1, 3]);
    assert.deepEqual(zoomed.valueRange, [1, 3]);
    assert.deepEqual([...zoomed.raw.xs], [1, 2]);
    assert.notEqual(zoomed.smooth, undefined);
  });

  it('takes an empty series', () => {
    const none = chartSeries(
      { steps: floats(), times: floats(), values: floats() },
      { x: 'step', width: 9, smoothing: 0.6 },
    );
    assert.equal(none.count, 0);
    assert.equal(none.xRange, undefined);
  });
});
