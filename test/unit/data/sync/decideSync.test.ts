import assert from 'node:assert/strict';
import { decideSync, defaultSyncSettings, type SyncQuestion } from '../../../../src/data/sync/decideSync.ts';

const small: SyncQuestion = {
  settings: defaultSyncSettings,
  ...{ placeBytes: 5_000_000, fetchFiles: 0, fetchBytes: 0, freeBytes: 1e12, paths: 2 },
};
const download = { fetchFiles: 1, fetchBytes: 10 };
const large = { placeBytes: 1_000_000_001 };
const of = (mode: SyncQuestion['settings']['mode']): Pick<SyncQuestion, 'settings'> => ({
  settings: { ...defaultSyncSettings, mode },
});

describe('decideSync', () => {
  const cases: readonly (readonly [string, Partial<SyncQuestion>, ReturnType<typeof decideSync>])[] = [
    ['does nothing where nothing differs', { paths: 0 }, { act: 'nothing' }],
    ['syncs what is local and small at once', {}, { act: 'sync', fetch: false }],
    ['asks before a download', download, { act: 'ask', reasons: ['download'] }],
    ['asks above 1 GB', large, { act: 'ask', reasons: ['large'] }],
    ['asks with both reasons', { ...large, ...download }, { act: 'ask', reasons: ['download', 'large'] }],
    [
      'downloads at once with always',
      { ...large, ...download, ...of('always') },
      { act: 'sync', fetch: true },
    ],
    ['asks always with ask', of('ask'), { act: 'ask', reasons: ['setting'] }],
    ['leaves everything with never', { ...download, ...of('never') }, { act: 'leave', because: 'setting' }],
    [
      'never syncs in a rebase',
      { ...of('always'), operation: 'rebase' },
      { act: 'leave', because: 'rebase' },
    ],
    ['never syncs in a bisect', { operation: 'bisect' }, { act: 'leave', because: 'bisect' }],
    [
      'asks where the disk is too small, whatever the setting',
      { ...download, ...of('always'), freeBytes: 5_000_009 },
      { act: 'ask', reasons: ['no-room'] },
    ],
  ];
  for (const [name, question, decision] of cases)
    it(name, () => {
      assert.deepEqual(decideSync({ ...small, ...question }), decision);
    });
});
