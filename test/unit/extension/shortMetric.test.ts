import assert from 'node:assert/strict';
import fc from 'fast-check';
import { shortMetric } from '../../../src/extension/tree/chosenMetrics.ts';

describe('the name of a metric in a row', () => {
  for (const [key, shown] of [
    ['validation/accuracy', 'validation/accuracy'],
    ['validation/very_long_dataset_name/classification_metric_loss', '…metric_loss'],
    ['averyverylongnamewithoutanywords', '…namewithoutanywords'],
  ] as const)
    it(`${key}: ${shown}`, () => assert.equal(shortMetric(key), shown));
  it('is short and ends as the metric does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), key => {
        const shown = shortMetric(key);
        assert.ok(Array.from(shown).length <= 20 && key.endsWith(shown.replace(/^…/, '')));
      }),
    );
  });
});
