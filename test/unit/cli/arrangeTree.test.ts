import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrangeTree } from '../../../src/cli/text/arrangeTree.ts';
import type { RunSummary } from '../../../src/runs/runSummary.ts';

function runs(text: string): RunSummary[] {
  return text.split(' ').map(word => {
    const [id = '', parent] = word.split('<');
    return { id, ...(parent === undefined ? {} : { parent }) } as RunSummary;
  });
}

function drawn(list: readonly RunSummary[]): string[] {
  return arrangeTree(list).map(({ run, depth }) => '.'.repeat(depth) + run.id);
}

describe('arrangeTree', () => {
  const trees: readonly [what: string, list: string, tree: string][] = [
    ['puts parents first, child runs beneath', 'd<c c<a e b<a a', 'e a .c ..d .b'],
    ['keeps the order of what is in no tree', 'b a c', 'b a c'],
    ['takes a child without its parent for a top one', 'b<gone a c<b', 'b .c a'],
    ['shows runs that name each other as parents', 'a<b b<a c', 'c a .b'],
  ];
  for (const [what, list, tree] of trees)
    it(what, () => {
      assert.deepEqual(drawn(runs(list)), tree.split(' '));
    });

  it('tells child runs as they came, of a list with the newest first', () => {
    const tree = arrangeTree(runs('c<a b<a a'), false);
    assert.deepEqual(
      tree.map(({ run }) => run.id),
      ['a', 'b', 'c'],
    );
  });

  it('shows every run once, whatever they name as parents', () => {
    const names = fc.uniqueArray(fc.nat(20).map(String), { minLength: 1 });
    const parents = fc.array(fc.option(fc.nat(20).map(String), { nil: undefined }), { minLength: 21 });
    fc.assert(
      fc.property(names, parents, (ids, over) => {
        const list = ids.map((id, at) => ({ id, parent: over[at] }) as unknown as RunSummary);
        assert.deepEqual(
          arrangeTree(list)
            .map(({ run }) => run.id)
            .sort(),
          [...ids].sort(),
        );
      }),
    );
  });
});
