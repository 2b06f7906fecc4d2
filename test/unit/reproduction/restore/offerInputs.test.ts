import assert from 'node:assert/strict';
import { join } from 'node:path';
import { checkoutLayout } from '../../../../src/reproduction/restore/checkoutLayout.ts';
import { offerInputs } from '../../../../src/reproduction/restore/offerInputs.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('offerInputs', () => {
  const gone = { how: 'seen', size: 3, problem: 'gone after the run' };
  const table: [title: string, path: string, missing: boolean][] = [
    ['a file of its own that an earlier version recorded as input', '/tmp/tmp8a/port-12.txt', false],
    ['what DVC wrote for itself', '.dvc/tmp/rwlock', false],
    ['what DVC wrote for itself elsewhere', '/var/tmp/dvc/repo/1/x', false],
    ['data that lay elsewhere', '/no such folder/data.csv', true],
  ];
  for (const [title, path, missing] of table)
    it(`${missing ? 'misses' : 'does not miss'} ${title}`, async () => {
      await using folder = await temporaryFolder();
      const layout = checkoutLayout(join(folder.path, 'c'), '/home/a/project');
      const offered = await offerInputs({
        ...{ inputs: [{ path, ...gone }], outputs: [], redirect: [], layout },
        ...{ workspace: folder.path, signal: new AbortController().signal },
      });
      assert.deepEqual(offered.missing, missing ? [path] : []);
    });
});
