import assert from 'node:assert/strict';
import type { PathStatus } from '../../../src/data/operations/dataStatus.ts';
import type { DataView } from '../../../src/extension/data/host/dataRequests.ts';
import { RemoteKnowledge } from '../../../src/extension/data/remoteKnowledge.ts';

const view = (hasRemote: boolean, ...paths: Partial<PathStatus>[]): DataView => ({
  hasRemote,
  status: {
    paths: paths.map(path => ({
      ...{ path: 'a.csv', kind: 'dvc', pinFile: 'a.csv.dvc', folder: false, state: 'in-sync' },
      ...path,
    })),
    problems: [],
    inSync: true,
  },
});
const lack = { files: 1, bytes: 7 };

describe('what the remotes are known to lack', () => {
  it('is asked once for each version of a path', () => {
    const remotes = new RemoteKnowledge();
    const first = view(true, { pinned: 'md5:1' });
    assert.equal(remotes.asksFor('/r', first), true);
    remotes.learn('/r', first);
    assert.equal(remotes.asksFor('/r', first), false);
    assert.equal(remotes.asksFor('/r', view(true, { pinned: 'md5:2' })), true);
    remotes.forget('/r');
    assert.equal(remotes.asksFor('/r', first), true);
  });

  it('is not asked without a remote, nor for what no pin names', () => {
    const remotes = new RemoteKnowledge();
    assert.equal(remotes.asksFor('/r', view(false, { pinned: 'md5:1' })), false);
    assert.equal(remotes.asksFor('/r', view(true, { state: 'unpinned' })), false);
  });

  it('stays with its version when the working tree is looked at again', () => {
    const remotes = new RemoteKnowledge();
    remotes.learn('/r', view(true, { pinned: 'md5:1', notInRemote: lack }));
    const lacks = (next: DataView) => remotes.fill('/r', next).status.paths.map(path => path.notInRemote);
    assert.deepEqual(lacks(view(true, { pinned: 'md5:1', state: 'modified' })), [lack]);
    assert.deepEqual(lacks(view(true, { pinned: 'md5:2' })), [undefined]);
  });
});
