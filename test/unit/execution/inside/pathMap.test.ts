import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pathMap } from '../../../../src/execution/inside/pathMap.ts';
import type { ContainerMount } from '../../../../src/execution/inside/engineFacts.ts';

function mount(Source: string, Destination: string, Type = 'bind'): ContainerMount {
  return { Type, Source, Destination, RW: true };
}

describe('pathMap', () => {
  const map = pathMap([
    mount('/home/u/my proj', '/workspaces/proj'),
    mount('/data/', '/data'),
    mount('/home/u/my proj/deep', '/deep'),
    mount('', '/workspaces/proj/.venv', 'volume'),
    mount('/host_mnt/Users/me/code', '/code'),
  ]);

  const inside: readonly (readonly [here: string, there: string | undefined])[] = [
    ['/home/u/my proj', '/workspaces/proj'],
    ['/home/u/my proj/a/b.py', '/workspaces/proj/a/b.py'],
    ['/home/u/my project', undefined],
    // The longest source wins.
    ['/home/u/my proj/deep/x', '/deep/x'],
    // Another mount lies over it.
    ['/home/u/my proj/.venv/bin/python', undefined],
    ['/data/x', '/data/x'],
    ['/Users/me/code/t.py', '/code/t.py'],
    ['/etc/passwd', undefined],
  ];
  for (const [here, there] of inside)
    it(`calls ${here} inside ${there ?? 'nothing'}`, () => assert.equal(map.toContainer(here), there));

  const outside: readonly (readonly [there: string, here: string | undefined])[] = [
    ['/workspaces/proj/out.txt', '/home/u/my proj/out.txt'],
    ['/workspaces/projects', undefined],
    ['/workspaces/proj/.venv/lib/x.py', undefined],
    ['/workspaces/proj/.venvs/x', '/home/u/my proj/.venvs/x'],
    ['/tmp/x', undefined],
  ];
  for (const [there, here] of outside)
    it(`calls ${there} on this machine ${here ?? 'nothing'}`, () => assert.equal(map.toHost(there), here));

  const words: readonly (readonly [word: string, moved: string])[] = [
    ['/home/u/my proj/train.py', '/workspaces/proj/train.py'],
    ['--data=/home/u/my proj/d,/data/x', '--data=/workspaces/proj/d,/data/x'],
    ['-I/home/u/my proj', '-I/workspaces/proj'],
    ['file:///home/u/my proj/x', 'file:///workspaces/proj/x'],
    ['/home/u/my proj:/home/u/my proj/src', '/workspaces/proj:/workspaces/proj/src'],
    ['/home/u/my project/x', '/home/u/my project/x'],
    ['x/home/u/my proj', 'x/home/u/my proj'],
    ['/workspaces/proj/train.py', '/workspaces/proj/train.py'],
    ['/home/u/my proj/.venv/bin/python', '/home/u/my proj/.venv/bin/python'],
    ['', ''],
  ];
  for (const [word, moved] of words)
    it(`gives on ${word === '' ? 'an empty word' : word}`, () =>
      assert.equal(map.wordToContainer(word), moved));

  it('knows a mount by the links that lead to it', () => {
    const linked = pathMap(
      [mount('/real/proj', '/w')],
      [
        { host: '/link/proj', container: '/real/proj' },
        { host: '/real/proj', container: '/link/proj' },
      ],
    );
    assert.equal(linked.toContainer('/link/proj/a'), '/w/a');
    assert.equal(linked.toHost('/w/a'), '/real/proj/a');
    assert.equal(linked.wordToContainer('--x=/link/proj/a'), '--x=/w/a');
  });

  it('never translates to a name that means another file', () => {
    const name = fc.constantFrom('a', 'b', 'ab', 'a b');
    const path = fc.array(name, { maxLength: 4 }).map(parts => `/${parts.join('/')}`);
    const mounts = fc.array(
      fc.record({
        Type: fc.constantFrom('bind', 'volume'),
        Source: path,
        Destination: path,
        RW: fc.constant(true),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(mounts, path, (given, some) => {
        // Two mounts on one destination do not exist, and what is mounted twice has two names inside.
        const own = given.filter(
          (one, at) =>
            given.findIndex(other => other.Destination === one.Destination) === at &&
            given.findIndex(other => other.Source === one.Source) === at,
        );
        const tried = pathMap(own);
        const there = tried.toContainer(some);
        if (there !== undefined) assert.equal(tried.toHost(there), some);
        const here = tried.toHost(some);
        if (here !== undefined) assert.notEqual(tried.toContainer(here), undefined);
      }),
    );
  });
});
