import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { writeJsonAtomic } from '../../../src/base/atomicFile.ts';
import { runHandlers } from '../../../src/extension/worker/runHandlers.ts';
import { Stores } from '../../../src/extension/worker/stores.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { writeRun } from '../runs/recordFixtures.ts';
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

describe('the worker for child runs', () => {
  const view = { grouping: 'state', filter: '', archived: false } as const;
  const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 22, 9, 0, seconds)).toISOString();

  /** A run with `count` child runs, the first of which has one of its own. The later an id, the earlier its start. */
  const sweep = (store: string, count: number) => {
    const { id: top } = writeRun(store, { id: ulid(1000), plan: { argv: ['python', 'sweep.py'] } });
    const children = Array.from({ length: count }, (_, i) =>
      writeRun(store, {
        id: ulid(2000 + i),
        plan: {
          parent: top,
          name: i === 1 ? 'best' : `gregarious-sloth-${i}`,
          parameters: { lr: { value: i / 10, source: 'reported' }, width: { value: 64, source: 'reported' } },
        },
        result: { startedAt: at(count - i), endedAt: at(100) },
      }),
    );
    const { id: deep } = writeRun(store, { id: ulid(90_000), plan: { parent: children[0]?.id ?? '' } });
    return { top, ids: children.map(({ id }) => id), deep };
  };

  it('stand below their run only: not in groups, counts, or questions', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'store');
    const { top, ids, deep } = sweep(store, 3);
    const handlers = runHandlers(new Stores(() => undefined));
    const { groups, total } = await handlers.outline({ store, view });
    assert.deepEqual([total, groups.map(({ count }) => count)], [1, [1]]);
    const found = await handlers.findRuns({ store, kind: 'all', limit: 10 });
    assert.deepEqual(
      found.map(({ run }) => run.id),
      [top],
    );
    assert.deepEqual(await handlers.withParents({ store, ids: [deep] }), [deep, ids[0], top]);
    assert.deepEqual(new Set(await handlers.childRunIds({ store, id: top })), new Set([...ids, deep]));
  });

  it('come in the order of their start, a page at a time, told apart by their parameters', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'store');
    const { top, ids } = sweep(store, 5);
    const { rows, total } = await runHandlers(new Stores(() => undefined)).childRuns({
      ...{ store, id: top, limit: 4 },
    });
    assert.equal(total, 5);
    assert.deepEqual(
      rows.map(({ run }) => run.id),
      ids.toReversed().slice(0, 4),
    );
    assert.deepEqual(
      rows.map(({ label }) => label),
      ['lr=0.4', 'lr=0.3', 'lr=0.2', 'best'],
    );
  });

  it('are not lost from sight when their run is gone', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'store');
    writeRun(store, { plan: { parent: ulid(1) } });
    assert.equal((await runHandlers(new Stores(() => undefined)).outline({ store, view })).total, 1);
  });
});

describe('the worker for what lies in a run folder', () => {
  it('lists artifacts by folder, tells links without following them, and which media there are', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'a store');
    const { id } = writeRun(store, {});
    const paths = runPaths(store, id);
    await mkdir(join(paths.artifacts, 'plots', 'deep'), { recursive: true });
    await mkdir(join(paths.models, 'm-1'), { recursive: true });
    await writeFile(join(paths.artifacts, 'a.txt'), '12345');
    await writeFile(join(paths.artifacts, 'plots', 'p.png'), '123');
    await writeFile(join(paths.models, 'm-1', 'MLmodel'), '1');
    await symlink('/etc', join(paths.artifacts, 'etc'));
    await writeFile(
      paths.media,
      ['text', 'image']
        .map(kind => `${JSON.stringify({ kind, key: 'k', step: 0, time: 0, text: '' })}\n`)
        .join(''),
    );
    const handlers = runHandlers(new Stores(() => undefined));
    const { signal } = new AbortController();
    const contents = await handlers.runContents({ store, id }, signal);
    assert.equal(contents.artifacts.files, 3);
    assert.deepEqual(contents.media, { kinds: ['image', 'text'] });
    const entries = async (path: string) =>
      (await handlers.folderEntries({ store, id, folder: path })).entries.map(({ name, kind, size }) => [
        name,
        kind,
        kind === 'link' ? 0 : size,
      ]);
    assert.deepEqual(await entries('artifacts'), [
      ['plots', 'folder', 0],
      ['a.txt', 'file', 5],
      ['etc', 'link', 0],
    ]);
    assert.deepEqual(await entries('models/m-1'), [['MLmodel', 'file', 1]]);
    assert.deepEqual(await entries('nowhere'), []);
  });
});
