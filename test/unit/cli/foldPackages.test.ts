import assert from 'node:assert/strict';
import { foldPackages } from '../../../src/cli/text/foldPackages.ts';
import type { ComparisonRow } from '../../../src/runs/runComparison.ts';

it('a comparison of two environments is not a list of a hundred packages', () => {
  const row = (key: string): ComparisonRow => ({ key, status: 'differs', values: ['1', '2'] });
  const packages = (count: number): ComparisonRow[] =>
    Array.from({ length: count }, (_, at) => row(`package p${at}`));
  const many = [row('image'), ...packages(98), row('packages')];
  assert.deepEqual(foldPackages('environment', many), {
    rows: [row('image'), row('packages')],
    folded: 98,
  });
  const few = [row('image'), ...packages(20)];
  assert.deepEqual(foldPackages('environment', few), { rows: few, folded: 0 });
  assert.deepEqual(foldPackages('parameters', many), { rows: many, folded: 0 }, 'names of other sections');
});
