import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SeenPoints } from '../../../../src/tracking/mlflow/seenPoints.ts';

describe('SeenPoints', () => {
  it('never takes a point for new that was seen, nor for seen that was not, however little it remembers', () => {
    const small = fc.integer({ min: 0, max: 4 });
    const point = fc.record({
      run: fc.constantFrom('a', 'b'),
      key: fc.constantFrom('x', 'y'),
      step: small,
      time: small,
      value: fc.constantFrom(0, 1, Number.NaN),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), (points, most) => {
        const seen = new SeenPoints(most);
        const all = new Set<string>();
        for (const { run, ...one } of points) {
          const id = JSON.stringify([run, one.key, one.step, one.time, String(one.value)]);
          const look = seen.look(run, one);
          if (look === 'seen') assert.ok(all.has(id));
          if (look === 'new') assert.ok(!all.has(id));
          if (!all.has(id)) seen.add(run, one);
          all.add(id);
        }
      }),
    );
  });

  it('knows without the log that what is newer than everything forgotten is new', () => {
    const seen = new SeenPoints(2);
    for (let step = 0; step < 100; step++) {
      const point = { key: 'x', step, time: 7, value: 0 };
      assert.equal(seen.look('r', point), 'new');
      seen.add('r', point);
    }
    assert.equal(seen.look('r', { key: 'x', step: 3, time: 7, value: 0 }), 'unknown');
    assert.equal(seen.look('r', { key: 'x', step: 3, time: 8, value: 0 }), 'new');
  });

  it('doubts what an earlier supervisor may have taken', () => {
    const seen = new SeenPoints();
    seen.addForgotten('r', 'x', Float64Array.of(5, 3), Float64Array.of(1, 2));
    assert.equal(seen.look('r', { key: 'x', step: 2, time: 5, value: 0 }), 'unknown');
    assert.equal(seen.look('r', { key: 'x', step: 3, time: 0, value: 0 }), 'new');
    assert.equal(seen.look('s', { key: 'x', step: 0, time: 0, value: 0 }), 'new');
  });
});
