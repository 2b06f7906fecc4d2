import assert from 'node:assert/strict';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listedFolders } from '../../../../src/execution/capture/listedFolders.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const old = 1_700_000_000;

/** Of folders that were there before the run, unless they are named as made by it. */
async function found(
  files: readonly string[],
  more: {
    listed: readonly string[];
    read?: readonly string[];
    tracked?: readonly string[];
    made?: readonly string[];
  },
): Promise<{ present: string[]; listed: readonly string[] }> {
  await using folder = await temporaryFolder();
  const root = folder.path;
  for (const name of files) {
    const path = join(root, name);
    await mkdir(name.endsWith('/') ? path : dirname(path), { recursive: true });
    if (name.endsWith('/')) continue;
    await writeFile(path, 'abc');
    if (!name.includes('new')) await utimes(path, old, old);
  }
  const { listed, read = [], tracked = [], made = [] } = more;
  const absolute = (names: readonly string[]): string[] => names.map(name => join(root, name));
  const told = await listedFolders({
    ...{ root, listed: absolute(listed), known: absolute(read), madeFolders: absolute(made) },
    ignored: () => false,
    isInSnapshot: path => tracked.includes(path),
    hasSnapshotFiles: one => tracked.some(path => path.startsWith(`${one}/`)),
    madeByRun: path => Promise.resolve(absolute(made).includes(path)),
    startedAt: (old + 1) * 1000,
  });
  return {
    present: told.present.map(one => (one.folder === true ? `${one.path}/` : `${one.path} ${one.size} B`)),
    listed: told.listed,
  };
}

describe('folders that a program looked through', () => {
  const table: [title: string, Parameters<typeof found>, present: string[]][] = [
    [
      'name what was not read',
      [['d/a', 'd/b', 'd/c/x'], { listed: ['d'], read: ['d/a'] }],
      ['d/b 3 B', 'd/c/'],
    ],
    [
      'name nothing that the run made',
      [['d/a', 'd/new', 'd/own/'], { listed: ['d'], made: ['d/own'] }],
      ['d/a 3 B'],
    ],
    [
      'name nothing of the snapshot',
      [['d/a', 'd/b', 'd/t/x'], { listed: ['d'], tracked: ['d/a', 'd/t/x'] }],
      ['d/b 3 B'],
    ],
    ['are named where they are empty', [['d/'], { listed: ['d'] }], ['d/']],
    ['are none where they were read as a whole', [['d/a', 'd/b'], { listed: ['d'], read: ['d'] }], []],
    ['are none where the run made them', [['d/e/a'], { listed: ['d/e'], made: ['d'] }], []],
    ['are not the root', [['a'], { listed: [''] }], []],
    ['are not those of an installed package', [['d/x.egg-info/a', 'd/b'], { listed: ['d'] }], ['d/b 3 B']],
    [
      'are also those that are numbered like one that the run made',
      [['r/exp/', 'r/exp2/', 'r/exp3/', 'r/best/', 'r/expert/'], { listed: [], made: ['r/exp3'] }],
      ['r/exp/', 'r/exp2/'],
    ],
  ];
  for (const [title, question, present] of table)
    it(title, async () => {
      assert.deepEqual(await found(...question), { present, listed: [] });
    });

  it('are named alone where there are too many files', async () => {
    const files = Array.from({ length: 5001 }, (_, at) => `d/${at}`);
    assert.deepEqual(await found(files, { listed: ['d'] }), { present: [], listed: ['d'] });
  });
});
