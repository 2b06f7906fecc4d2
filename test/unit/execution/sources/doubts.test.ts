import assert from 'node:assert/strict';
import { Doubts } from '../../../../src/execution/sources/doubts.ts';

describe('Doubts', () => {
  it('asks soon, then more and more seldom, and by itself only at first', () => {
    const doubts = new Doubts();
    const pauses: number[] = [];
    const own: (number | undefined)[] = [];
    let last = 0;
    for (let now = 0; now < 120_000; now += 50) {
      if (!doubts.mayAsk('a', now)) continue;
      pauses.push(now - last);
      last = now;
      own.push(doubts.add('a', now));
    }
    assert.deepEqual(pauses, [0, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    assert.deepEqual(own.slice(0, 4), [100, 200, 400, undefined]);
  });

  it('asks about another file, and about one that was settled, at once', () => {
    const doubts = new Doubts();
    doubts.add('a', 0);
    assert.deepEqual([doubts.mayAsk('a', 1), doubts.mayAsk('b', 1)], [false, true]);
    doubts.settle('a');
    assert.equal(doubts.mayAsk('a', 1), true);
  });
});
