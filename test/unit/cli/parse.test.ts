import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDuration } from '../../../src/cli/parseDuration.ts';
import { parseParams, typedValue } from '../../../src/cli/parseParams.ts';

describe('what people type', () => {
  const durations: [text: string, milliseconds: number | undefined][] = [
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['2', 2000],
    ['0', undefined],
    ['ever', undefined],
    ['10 m', undefined],
    ['-5s', undefined],
    ['', undefined],
  ];
  for (const [text, milliseconds] of durations)
    it(`${JSON.stringify(text)} is ${milliseconds ?? 'no duration'}`, () => {
      assert.equal(parseDuration(text), milliseconds);
    });

  const values: [text: string, value: unknown][] = [
    ['0.1', 0.1],
    ['1e-3', 0.001],
    ['true', true],
    ['null', null],
    ['adam', 'adam'],
    ['[1, 2]', '[1, 2]'],
    ['', ''],
    ['a: b', 'a: b'],
    ['"quoted', '"quoted'],
    ['2026-01-01', '2026-01-01'],
  ];
  for (const [text, value] of values)
    it(`the value ${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
      assert.equal(typedValue(text), value);
    });

  it('takes any text for a value and never fails', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const value = typedValue(text);
        return value === null || ['string', 'number', 'boolean'].includes(typeof value);
      }),
    );
  });

  it('splits a parameter at its first sign', () => {
    assert.deepEqual(parseParams(['url=a=b', 'lr=1', 'lr=2'], 'x'), { url: 'a=b', lr: 2 });
    assert.throws(() => parseParams(['lr'], 'x'), { code: 'wrong-use', kind: 'usage' });
  });
});
