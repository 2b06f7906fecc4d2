import assert from 'node:assert/strict';
import {
  isTouched,
  touchedMend,
  touchedSentence,
} from '../../../../src/reproduction/restore/touchedWorkspace.ts';
import type { TouchedWorkspace } from '../../../../src/reproduction/restore/touchedWorkspace.ts';

describe('touchedWorkspace', () => {
  const table: [title: string, touched: TouchedWorkspace, sentence: RegExp, mend: RegExp][] = [
    [
      'refused by the system',
      { files: [{ path: '/w/out/m', how: 'refused' }], isKept: true },
      /^the program writes to \/w\/out\/m, which belongs to the workspace: a reproduction may not touch it\.$/,
      /^Nothing there was changed\. Let the program name its folder/,
    ],
    [
      'refused by Python alone',
      { files: [{ path: '/w/out/m', how: 'refused' }], isKept: false },
      /^the program writes to \/w\/out\/m/,
      /^Python was kept from it; other programs would not be/,
    ],
    [
      'an input beside the repository',
      { files: [{ path: '/data/big.bin', how: 'refused', isInput: true }], isKept: true },
      /^the program writes to \/data\/big\.bin, which it was given to read/,
      /^Nothing there was changed/,
    ],
    [
      'not refused at all',
      {
        files: [
          { path: '/w/a', how: 'overwritten' },
          { path: '/w/b', how: 'overwritten' },
          { path: '/w/c', how: 'deleted' },
          { path: '/w/d', how: 'refused' },
        ],
        isKept: false,
      },
      /^\/w\/a, \/w\/b were overwritten, and \/w\/c was deleted in the workspace during the reproduction\.$/,
      /^On this system nothing keeps programs other than Python from writing there/,
    ],
    [
      'without a place',
      { files: [], message: 'attempt to write a readonly database', isKept: true },
      /^the program could not write \(“attempt to write a readonly database”\)/,
      /^Nothing there was changed/,
    ],
  ];
  for (const [title, touched, sentence, mend] of table)
    it(title, () => {
      assert.ok(isTouched(touched));
      assert.match(touchedSentence(touched), sentence);
      assert.match(touchedMend(touched), mend);
    });

  it('takes a message without a place for nothing where the two runs are alike', () => {
    assert.equal(isTouched({ files: [], message: 'EROFS', isKept: true }, false), false);
  });
});
