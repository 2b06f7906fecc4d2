import assert from 'node:assert/strict';
import { findRefusals } from '../../../../src/reproduction/restore/refusedWrites.ts';

const question = {
  roots: ['/home/a b/project'],
  checkout: '/cache/checkouts/1/a/project',
  own: ['/home/a b/project/.venv'],
};

describe('refusedWrites', () => {
  const table: [title: string, line: string, paths: string[], message?: string][] = [
    [
      'Python',
      "OSError: [Errno 30] Read-only file system: '/home/a b/project/out/m.json'",
      ['/home/a b/project/out/m.json'],
    ],
    [
      'cp',
      "cp: cannot create regular file '/home/a b/project/out/x': Read-only file system",
      ['/home/a b/project/out/x'],
    ],
    [
      'cp in another locale of quotes',
      'cp: cannot create regular file ‘/home/a b/project/x’: Read-only file system',
      ['/home/a b/project/x'],
    ],
    ['Node', "Error: EROFS: read-only file system, open '/home/a b/project/x'", ['/home/a b/project/x']],
    [
      'a shell',
      'x.sh: 1: cannot create /home/a b/project/out/m: Read-only file system',
      ['/home/a b/project/out/m'],
    ],
    [
      'a folder that only begins alike',
      "rm: cannot remove '/home/a b/project2/x': Read-only file system",
      [],
    ],
    [
      'a link of the checkout',
      "cp: cannot create regular file '/cache/checkouts/1/a/project/data/x': Read-only file system",
      ['/home/a b/project/data/x'],
    ],
    ['the environment', "OSError: [Errno 30] Read-only file system: '/home/a b/project/.venv/x'", []],
    ['another file system', "touch: cannot touch '/mnt/data/x': Read-only file system", []],
    [
      'a shell without a path',
      'sh: 1: cannot create out/m: Read-only file system',
      [],
      'sh: 1: cannot create out/m: Read-only file system',
    ],
    [
      'SQLite',
      'Error: attempt to write a readonly database',
      [],
      'Error: attempt to write a readonly database',
    ],
    ['anything else', "cp: cannot stat '/home/a b/project/x': No such file or directory", []],
  ];
  for (const [title, line, paths, message] of table)
    it(title, () => {
      assert.deepEqual(findRefusals(`before\n${line}\nafter`, question), {
        paths,
        ...(message === undefined ? {} : { message }),
      });
    });

  it('of a path without blanks, bare', () => {
    const bare = findRefusals('sh: 1: cannot create /w/out/m: Read-only file system', {
      ...{ roots: ['/w'], checkout: '/c', own: [] },
    });
    assert.deepEqual(bare, { paths: ['/w/out/m'] });
  });
});
