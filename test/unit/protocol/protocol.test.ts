import assert from 'node:assert/strict';
import { chartsHostMessageSchema, chartsPanelMessageSchema } from '../../../src/protocol/chartsProtocol.ts';
import { formatString } from '../../../src/protocol/formatString.ts';
import { reportPanelMessageSchema } from '../../../src/protocol/reportProtocol.ts';

describe('charts protocol', () => {
  const decimated = {
    xs: Float64Array.of(0, 1),
    ys: Float64Array.of(1, NaN),
    markXs: Float64Array.of(1),
    markKinds: Uint8Array.of(0),
  };
  const series = {
    runId: 'r',
    rank: null,
    raw: decimated,
    count: 2,
    lastStep: 1,
    lastValue: NaN,
    reordered: false,
    restarts: 0,
  };

  it('carries NaN, infinities and typed arrays untouched', () => {
    const message = {
      type: 'points',
      revision: 3,
      x: 'step',
      smoothing: 0,
      charts: [{ key: 'loss', series: [{ ...series, lastValue: Infinity }] }],
    };
    assert.deepEqual(chartsHostMessageSchema.parse(structuredClone(message)), message);
  });

  const refused: [string, unknown][] = [
    ['an unknown type', { type: 'eval', code: '1' }],
    [
      'a width of a million',
      {
        type: 'watch',
        x: 'step',
        smoothing: 0,
        rank: null,
        restarts: 'latest',
        charts: [{ key: 'a', width: 1e6 }],
      },
    ],
    [
      'smoothing of 1',
      { type: 'watch', x: 'step', smoothing: 1, rank: null, restarts: 'latest', charts: [] },
    ],
    ['a picture that is no base64', { type: 'exportPng', key: 'a', png: '<svg>' }],
    ['nothing', undefined],
  ];
  for (const [name, message] of refused)
    it(`refuses ${name}`, () => {
      assert.equal(chartsPanelMessageSchema.safeParse(message).success, false);
    });

  it('refuses an array of another kind', () => {
    const message = {
      type: 'points',
      revision: 0,
      x: 'step',
      smoothing: 0,
      charts: [{ key: 'loss', series: [{ ...series, raw: { ...decimated, xs: [0, 1] } }] }],
    };
    assert.equal(chartsHostMessageSchema.safeParse(message).success, false);
  });
});

describe('report protocol', () => {
  it('knows its actions', () => {
    assert.equal(reportPanelMessageSchema.safeParse({ type: 'action', action: 'cancel' }).success, true);
    assert.equal(reportPanelMessageSchema.safeParse({ type: 'action', action: 'format' }).success, false);
  });
});

describe('formatString', () => {
  it('fills in values and does not look at them again', () => {
    assert.equal(formatString('{0} of {1}', '{1}', 7), '{1} of 7');
    assert.equal(formatString('{0} {3}', 'a'), 'a {3}');
  });
});
