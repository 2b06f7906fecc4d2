import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashGaps, withGapHashes } from '../../../../src/execution/capture/hashGaps.ts';
import type { Code, SnapshotGap } from '../../../../src/runs/plan.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const code: Code = {
  ...{ rootCommits: [], remotes: {}, tree: '', changed: [], changedCount: 0, gaps: [], submodules: [] },
  headOnRemote: { known: 'captured', value: false },
  settings: {},
};

function planOf(root: string, gaps: SnapshotGap[]): Parameters<typeof hashGaps>[0] {
  return { root, code: { known: 'declared', value: { ...code, gaps } } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('files over the size limit', () => {
  it('are hashed as they were at the snapshot, and only then', async () => {
    await using folder = await temporaryFolder();
    const gapOf = async (name: string, text: string): Promise<SnapshotGap> => {
      const path = join(folder.path, name);
      await writeFile(path, text);
      const { size, mtimeMs } = await stat(path);
      return { path: name, reason: 'over-limit', size, modifiedAt: mtimeMs };
    };
    const gaps = [
      await gapOf('large.bin', 'large'),
      await gapOf('changed.bin', 'old'),
      { ...(await gapOf('hashed.bin', 'known')), sha256: 'known before' },
      { ...(await gapOf('held.bin', 'held')), blob: '12' },
      { path: 'gone.bin', reason: 'over-limit', size: 1, modifiedAt: 1 },
      { path: 'nested', reason: 'nested-repository' },
    ];
    await appendFile(join(folder.path, 'changed.bin'), 'new');
    const plan = planOf(folder.path, gaps);
    const hashes = await hashGaps(plan);
    assert.deepEqual(hashes, [
      { path: 'gone.bin', problem: 'changed before it could be hashed' },
      { path: 'changed.bin', problem: 'changed before it could be hashed' },
      { path: 'large.bin', sha256: sha256('large') },
    ]);

    const input = { path: 'large.bin', how: 'seen', size: 5, modifiedAt: gaps[0]?.modifiedAt };
    const other = { ...input, size: 6 };
    assert.deepEqual(withGapHashes([input, other], plan, hashes), [
      { ...input, sha256: sha256('large') },
      other,
    ]);
  });

  it('are named when they are too much together', async () => {
    await using folder = await temporaryFolder();
    const gaps = [{ path: 'a.bin', reason: 'over-limit', size: 11, modifiedAt: 1 }];
    assert.deepEqual(await hashGaps(planOf(folder.path, gaps), { limitBytes: 10 }), [
      { path: 'a.bin', problem: 'too large to be hashed' },
    ]);
  });
});
