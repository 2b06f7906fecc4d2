import assert from 'node:assert/strict';
import fc from 'fast-check';
import { comparePaths } from '../../../src/data/listing/comparePaths.ts';
import type { FolderListing } from '../../../src/data/folderListing.ts';
import { compareListings } from '../../../src/data/operations/compareListings.ts';
import { chosenInside, isChosen } from '../../../src/data/operations/sparseChoice.ts';
import { isMeant } from '../../../src/data/operations/selectPins.ts';

const listing = fc
  .uniqueArray(
    fc.record({
      relativePath: fc.string({ unit: 'grapheme', minLength: 1 }),
      md5: fc.constantFrom('a', 'b'),
    }),
    {
      selector: one => one.relativePath,
    },
  )
  .map((files): FolderListing => ({
    files: [...files].sort((one, other) => comparePaths(one.relativePath, other.relativePath)),
  }));

describe('comparing listings', () => {
  it('finds what leads from one to the other, in order', () => {
    fc.assert(
      fc.property(listing, listing, (from, to) => {
        const files = new Map(from.files.map(one => [one.relativePath, one.md5]));
        const changes = [...compareListings(from, to)];
        for (const { path, change, to: now } of changes) {
          assert.equal(files.has(path), change !== 'added');
          if (now === undefined) files.delete(path);
          else files.set(path, now);
        }
        assert.deepEqual(files, new Map([...files].filter(([path]) => files.has(path))));
        assert.deepEqual(
          [...files].sort(([one], [other]) => comparePaths(one, other)),
          to.files.map(one => [one.relativePath, one.md5]),
        );
        const paths = changes.map(one => one.path);
        assert.deepEqual(paths, [...paths].sort(comparePaths));
      }),
    );
  });
});

describe('the sparse choice', () => {
  const choice = { only: ['data/raw', 'models/one.bin', 'big/part'] };
  for (const [path, chosen] of [
    ['data/raw', true],
    ['data/raw/deep', true],
    ['data', true],
    ['data/rawer', false],
    ['models/two.bin', false],
    ['big', true],
  ] as const)
    it(`${chosen ? 'takes' : 'leaves'} ${path}`, () => assert.equal(isChosen(choice, path), chosen));

  it('takes everything where nothing was chosen, and where the root was', () => {
    assert.equal(isChosen({}, 'x'), true);
    assert.equal(isChosen({ only: [''] }, 'x'), true);
    assert.equal(chosenInside({ only: [''] }, 'x'), undefined);
  });

  it('narrows a folder to the files that were chosen in it', () => {
    assert.deepEqual(chosenInside(choice, 'big'), ['part']);
    assert.equal(chosenInside(choice, 'data/raw'), undefined);
    assert.equal(isMeant(['part'], 'part/file'), true);
    assert.equal(isMeant(['part'], 'parts'), false);
  });
});
