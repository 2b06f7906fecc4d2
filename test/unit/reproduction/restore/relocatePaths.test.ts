import assert from 'node:assert/strict';
import { isInside, relocatePaths } from '../../../../src/reproduction/restore/relocatePaths.ts';

const relocation = {
  from: ['/home/a/project', '/link/project'],
  to: '/cache/x',
  kept: ['/home/a/project/.venv'],
};

describe('relocatePaths', () => {
  const table: [word: string, moved: string][] = [
    ['/home/a/project', '/cache/x'],
    ['/home/a/project/train.py', '/cache/x/train.py'],
    ['/link/project/train.py', '/cache/x/train.py'],
    ['--data=/home/a/project/data', '--data=/cache/x/data'],
    ['-I/home/a/project/include', '-I/cache/x/include'],
    ['hydra.run.dir=/home/a/project/out', 'hydra.run.dir=/cache/x/out'],
    ['/home/a/project/src:/opt/lib:/home/a/project/lib', '/cache/x/src:/opt/lib:/cache/x/lib'],
    ['["/home/a/project/a", "/home/a/project/b"]', '["/cache/x/a", "/cache/x/b"]'],
    ['file:///home/a/project/a', 'file:///cache/x/a'],
    ['--storage=sqlite:////home/a/project/study.db', '--storage=sqlite:////cache/x/study.db'],
    ['sqlite+pysqlite:////home/a/project/a.db?mode=rw', 'sqlite+pysqlite:////cache/x/a.db?mode=rw'],
    ['ssh://host/home/a/project', 'ssh://host/home/a/project'],
    ['ssh://host//home/a/project', 'ssh://host//home/a/project'],
    ['/home/a/project2/train.py', '/home/a/project2/train.py'],
    ['/home/a/project-old', '/home/a/project-old'],
    ['/backup/home/a/project/x', '/backup/home/a/project/x'],
    ['/home/a/project/.venv/bin/python', '/home/a/project/.venv/bin/python'],
    ['/home/a/project/.venv2/bin/python', '/cache/x/.venv2/bin/python'],
    ['train.py', 'train.py'],
    ['', ''],
  ];
  for (const [word, moved] of table)
    it(`${word} → ${moved}`, () => {
      assert.equal(relocatePaths(word, relocation), moved);
    });

  it('handles a workspace with a space and with signs of regular expressions', () => {
    const odd = { from: ['/home/my (old) $proj+'], to: '/cache/$& x', kept: [] };
    assert.equal(relocatePaths('--d=/home/my (old) $proj+/a', odd), '--d=/cache/$& x/a');
  });

  it('never moves the root of the file system', () => {
    assert.equal(relocatePaths('/etc', { from: ['/'], to: '/cache', kept: [] }), '/etc');
  });
});

describe('isInside', () => {
  const table: [path: string, folder: string, inside: boolean][] = [
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/a/..b', '/a', true],
    ['/ab', '/a', false],
    ['/a/../b', '/a', false],
  ];
  for (const [path, folder, inside] of table)
    it(`${path} ${inside ? 'is' : 'is not'} inside ${folder}`, () => {
      assert.equal(isInside(path, folder), inside);
    });
});
