/** Files of 3 GB, tracked and not. Sparse on disk, but git and we see every byte of them. Only with `npm run soak`. */
import assert from 'node:assert/strict';
import { open, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { soak } from '../../helpers/soak.ts';

const threeGigabytes = 3_000_000_000;

// The short form, with a small limit, is among the other cases: this one is no part of the machine that may be missing.
if (soak) describe('a snapshot of 3 GB files', snapshotsOfLargeFiles);

function snapshotsOfLargeFiles(this: Mocha.Suite): void {
  this.timeout(15 * 60_000);

  it('lists them without reading them, and costs nothing while the tracked one is unchanged', async () => {
    await using repository = await gitRepository({ 'a.txt': 'a\n' });
    const { root, environment } = repository;
    const file = async (name: string): Promise<string> => {
      const path = join(root, name);
      await (await open(path, 'w')).close();
      await truncate(path, threeGigabytes);
      return path;
    };
    const tracked = await file('tracked.bin');
    await repository.commit();
    const head = await repository.git('rev-parse', 'HEAD^{tree}');
    const unchanged = await takeSnapshot({ root, environment });
    if (unchanged.known !== 'captured') assert.fail(unchanged.reason);
    assert.equal(unchanged.value.tree, head);

    await file('untracked.bin');
    const handle = await open(tracked, 'r+');
    await handle.write(Buffer.from('changed'), 0, 7, 1_000_000_000);
    await handle.close();
    const before = await repositoryFingerprint(root);
    const changed = await takeSnapshot({ root, environment });
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);
    if (changed.known !== 'declared') assert.fail(changed.known);
    assert.deepEqual(
      changed.value.gaps.map(({ path, reason, size }) => [path, reason, size]),
      [
        ['tracked.bin', 'over-limit', threeGigabytes],
        ['untracked.bin', 'over-limit', threeGigabytes],
      ],
    );
    const store = join(root, '.git', 'lockstep', 'snapshots.git');
    const held = await repository.git(
      `--git-dir=${store}`,
      'ls-tree',
      '-r',
      '--name-only',
      changed.value.tree,
    );
    assert.equal(held, 'a.txt');
  });
}
