import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJsonAtomic } from '../../../src/base/atomicFile.ts';
import { runHandlers } from '../../../src/extension/worker/runHandlers.ts';
import { Stores } from '../../../src/extension/worker/stores.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('the worker for the tree', () => {
  const id = '01K0A0A0A0A0A0A0A0A0K7Q2P9';

  for (const filter of ['metrics.loss <', 'nonsense(', '"'])
    it(`shows all runs, and says why, under the unreadable filter ${filter}`, async () => {
      await using folder = await temporaryFolder();
      const store = join(folder.path, 'store');
      const { dir, result } = runPaths(store, id);
      await mkdir(dir, { recursive: true });
      await writeJsonAtomic(result, {
        schemaVersion: 1,
        state: 'finished',
        endedAt: '2026-11-22T10:00:00.000Z',
        outputs: [],
        metrics: {},
      });
      const handlers = runHandlers(new Stores(() => undefined));
      const view = { grouping: 'state', filter, archived: false } as const;
      const { groups, filterProblem } = await handlers.outline({ store, view });
      assert.deepEqual(
        groups.map(({ key, count }) => [key, count]),
        [['finished', 1]],
      );
      assert.match(filterProblem ?? '', /filter/);
      const page = await handlers.page({ store, view, group: 'finished', offset: 0, limit: 10 });
      assert.equal(page.rows.length, 1);
    });
});
