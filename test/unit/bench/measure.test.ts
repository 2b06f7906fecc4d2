import assert from 'node:assert/strict';
import { measure, ratios, spreadOf, type Measured } from '../../../bench/harness/measure.ts';

describe('measure', () => {
  it('lets the sides take turns and counts no warm-up', async () => {
    const turns: string[] = [];
    const side = (name: string): { name: string; act: (round: number) => Promise<number> } => ({
      name,
      act: round => {
        turns.push(`${name}${round}`);
        return Promise.resolve(round);
      },
    });
    const [a] = await measure([side('a'), side('b')], 2, 1);
    assert.deepEqual(turns, ['a-1', 'b-1', 'a0', 'b0', 'a1', 'b1']);
    assert.deepEqual(a?.values, [0, 1]);
  });

  it('tells minimum, median and maximum of values and of ratios by round', () => {
    assert.deepEqual(spreadOf([3, 1, 2]), { min: 1, median: 2, max: 3 });
    assert.deepEqual(spreadOf([4, 1, 2, 3]), { min: 1, median: 2.5, max: 4 });
    const measured = (values: number[]): Measured => ({ name: '', values, spread: spreadOf(values) });
    assert.deepEqual(ratios(measured([10, 30]), measured([10, 10])), { min: 1, median: 2, max: 3 });
  });
});
