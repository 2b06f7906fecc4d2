import assert from 'node:assert/strict';
import { mergeAnnotations } from '../../../src/runs/mergeAnnotations.ts';

const one = { schemaVersion: 1, at: '2026-01-01T00:00:00Z' };

describe('annotations', () => {
  it('make one state, in which who brought a part is known while that part stands', () => {
    const said = [
      { ...one, name: 'base', note: 'try', addTags: ['a', 'b', 'c'], broughtBy: 'ana' },
      { ...one, note: 'try again', removeTags: ['b'] },
      { ...one, addTags: ['c'] },
      { ...one, addTags: ['d'], broughtBy: '' },
    ];
    assert.deepEqual(mergeAnnotations(said), {
      name: 'base',
      note: 'try again',
      tags: new Map([
        ['a', true],
        ['b', false],
        ['c', true],
        ['d', true],
      ]),
      broughtBy: {
        name: 'ana',
        tags: new Map([
          ['a', 'ana'],
          ['d', ''],
        ]),
      },
    });
    assert.equal(mergeAnnotations([{ ...one, note: 'mine' }]).broughtBy, undefined);
  });
});
