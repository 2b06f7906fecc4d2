import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { readIndexFile, withoutHidingFlags } from '../../../src/git/indexFile.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';

const names = [
  'a',
  'a.txt',
  'dir/file',
  'dir/filelonger',
  'dir/é',
  'x'.repeat(200),
  `${'y'.repeat(120)}/z`,
  'b/c/d/e',
];

describe('readIndexFile', () => {
  for (const version of [2, 3, 4])
    it(`reads what git wrote in version ${version}, and clears the flags so that git agrees`, async () => {
      await using repository = await gitRepository(Object.fromEntries(names.map(name => [name, name])));
      const path = join(repository.root, '.git', 'index');
      await repository.git('update-index', '--index-version', String(version));
      await repository.git('update-index', '--assume-unchanged', 'a.txt');
      if (version > 2) await repository.git('update-index', '--skip-worktree', 'dir/file', 'b/c/d/e');
      const bytes = await readFile(path);
      const index = readIndexFile(bytes, 20);
      assert.ok(index !== undefined && !index.needsExpansion);
      const expected = (await repository.git('ls-files', '-z', '--stage')).split('\0').filter(Boolean);
      assert.deepEqual(
        index.entries.map(
          entry =>
            `${entry.mode.toString(8)} ${entry.id} ${entry.stage}\t${Buffer.from(entry.path, 'latin1').toString()}`,
        ),
        expected,
      );
      const hidden = (flag: 'assumeUnchanged' | 'skipWorktree'): string[] =>
        index.entries.filter(entry => entry[flag]).map(entry => entry.path);
      assert.deepEqual(hidden('assumeUnchanged'), ['a.txt']);
      assert.deepEqual(hidden('skipWorktree'), version > 2 ? ['b/c/d/e', 'dir/file'] : []);

      await writeFile(path, withoutHidingFlags(bytes, index, 20));
      assert.ok(
        (await repository.git('ls-files', '-v')).split('\n').every(line => line.startsWith('H ')),
        'no entry is hidden any more',
      );
      await repository.git('fsck', '--strict');
    });

  it('never throws on damaged bytes', async () => {
    await using repository = await gitRepository(Object.fromEntries(names.map(name => [name, name])));
    const bytes = await readFile(join(repository.root, '.git', 'index'));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const damaged = Buffer.from(bytes.subarray(0, length));
        if (at < damaged.length) damaged[at] = value;
        for (const entry of readIndexFile(damaged, 20)?.entries ?? [])
          assert.equal(typeof entry.path + typeof entry.id, 'stringstring');
      }),
    );
  });
});
