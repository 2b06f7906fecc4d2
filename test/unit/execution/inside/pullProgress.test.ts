import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pullProgress } from '../../../../src/execution/inside/pullProgress.ts';

const line = (id: string, current: number, total: number): string =>
  JSON.stringify({ id, status: 'Downloading', progressDetail: { current, total } });

describe('how far a pull is', () => {
  it('is the sum of the layers that are known, however the stream is cut', () => {
    const text = [
      '{"status":"Pulling from a/b","id":"1"}',
      line('a', 10, 100),
      'no document',
      '{"status":"Extracting","progressDetail":{"current":5,"total":9},"id":"a"}',
      line('b', 1, 50),
      line('a', 100, 100),
      '',
    ].join('\r\n');
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 9 }), cuts => {
        const told: [number, number][] = [];
        const take = pullProgress((done, total) => told.push([done, total]));
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        for (const [at, from] of places.entries())
          take(Buffer.from(text.slice(from, places[at + 1] ?? from)));
        assert.deepEqual(told, [
          [10, 100],
          [11, 150],
          [101, 150],
        ]);
      }),
    );
  });
});
