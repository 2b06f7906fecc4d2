/** A recorded branch becomes the name of a file: only what git would take, and what no other ref is in the way of. */
import assert from 'node:assert/strict';
import { branchOfCheckout } from '../../../src/git/branchOfCheckout.ts';

describe('the branch of a private checkout', () => {
  const id = 'a'.repeat(40);
  const table: readonly [string | undefined, string, boolean][] = [
    ['main', '', true],
    ['feature/x', '', true],
    ['größe', '', true],
    ['feature/x', `${id} refs/heads/feature/y\n${id} refs/heads/feature/x\n`, true],
    ['feature/x', `${id} refs/heads/feature\n`, false],
    ['feature', `${id} refs/heads/feature/x\n`, false],
    ['feature', `${id} refs/remotes/feature/x\n`, true],
    [undefined, '', false],
    ...[
      ...[
        '',
        'HEAD',
        '@',
        '-x',
        '/x',
        'x/',
        'x//y',
        '.x',
        'x/.y',
        'x.',
        'x.lock',
        'x.LOCK/y',
        '..',
        '../../config',
      ],
      ...[
        'x..y',
        'x/../../y',
        'x y',
        'x~1',
        'x^',
        'x:y',
        'x?',
        'x*',
        'x[',
        'x\\y',
        'x@{1}',
        'x\ny',
        'x\0y',
        'x'.repeat(300),
      ],
    ].map((name): [string, string, boolean] => [name, '', false]),
  ];
  for (const [branch, refs, expected] of table)
    it(`${JSON.stringify(branch ?? null).slice(0, 40)} beside ${refs.replaceAll('\n', ' ').replaceAll(id, '')}`, () => {
      assert.equal(
        branchOfCheckout(branch, Buffer.from(refs)),
        expected ? `refs/heads/${branch ?? ''}` : undefined,
      );
    });
});
