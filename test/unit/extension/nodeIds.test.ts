import assert from 'node:assert/strict';
import { changedPlaces } from '../../../src/extension/tree/changedPlaces.ts';
import { groupNode, runNodeId, topRunOf } from '../../../src/extension/tree/nodeIds.ts';
import type { RunOutline } from '../../../src/extension/worker/runsView.ts';

describe('nodes of the Experiments tree', () => {
  it('are found below the run at the top, however deep they stand', () => {
    const group = groupNode('/a store', 'today', undefined);
    const top = runNodeId(group, 'RUN');
    const children = { kind: 'childRuns', id: `${top}/childRuns`, parent: {} as never } as const;
    for (const id of [
      top,
      children.id,
      runNodeId(children, 'CHILD'),
      `${runNodeId(children, 'CHILD')}/childRuns`,
    ])
      assert.equal(topRunOf(id), top, id);
    assert.notEqual(topRunOf(runNodeId(group, 'OTHER')), top);
  });

  it('change places only where a group comes, goes or holds other runs', () => {
    const outlines = (shape: string, live: number): ReadonlyMap<string, RunOutline> =>
      new Map([['/store', { groups: [{ key: 'today', count: 1, shape }], total: 1, live } as never]]);
    assert.equal(changedPlaces(outlines('a', 0), outlines('a', 1)), false);
    assert.equal(changedPlaces(outlines('a', 0), outlines('b', 0)), true);
    assert.equal(changedPlaces(outlines('a', 0), new Map()), true);
  });
});
