import assert from 'node:assert/strict';
import { metricGroups } from '../../../webview/charts/metricGroups.ts';

describe('groups of charts', () => {
  it('are those of the training first, what is measured of the machine last', () => {
    const keys = ['system/cpu', 'val/acc', 'loss', 'hardware/gpu', 'layer10/norm', 'layer2/norm', 'train/'];
    const groups = metricGroups(
      keys.map(key => ({ key, ranks: [] })),
      key => key !== 'val/acc',
    );
    assert.deepEqual(
      groups.map(({ name, metrics }) => [name, ...metrics.map(({ title }) => title)]),
      [
        ['', 'loss', 'train/'],
        ['layer2', 'norm'],
        ['layer10', 'norm'],
        ['hardware', 'gpu'],
        ['system', 'cpu'],
      ],
    );
  });
});
