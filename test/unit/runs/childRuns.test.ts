import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { runAbove } from '../../../src/runs/runAbove.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from './recordFixtures.ts';

describe('child runs', () => {
  let folder: TemporaryFolder;
  let store: string;
  let runs: RunStore;
  let parent: string;
  let child: string;
  let grandchild: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = join(folder.path, 'lockstep');
    runs = new RunStore(store);
    const reported = { tags: {}, datasets: [], models: [], childRuns: 1 };
    ({ id: parent } = writeRun(store, { id: ulid(1000), result: { reported } }));
    ({ id: child } = writeRun(store, { id: ulid(2000), plan: { parent } }));
    ({ id: grandchild } = writeRun(store, { id: ulid(3000), plan: { parent: child, name: 'deep' } }));
  });
  afterEach(() => folder.remove());

  const idsOf = async (options?: { children: boolean }, of = runs): Promise<string[]> =>
    (await of.list(options)).map(run => run.id);

  it('are runs like others in a list, and left out where only the others are wanted', async () => {
    assert.deepEqual(await idsOf(), [grandchild, child, parent]);
    assert.deepEqual(await idsOf({ children: false }), [parent]);
    const [, one, top] = await runs.list();
    assert.deepEqual([one?.parent, top?.parent, top?.childRuns], [parent, undefined, 1]);
  });

  it('do not count in @n, and are found by id and name', async () => {
    assert.equal(await runs.resolve('@1'), parent);
    await assert.rejects(runs.resolve('@2'), { code: 'run-not-found' });
    assert.equal(await runs.resolve(child), child);
    assert.equal(await runs.resolve('deep'), grandchild);
  });

  it('go to the trash and come back with their run', async () => {
    const other = writeRun(store, { id: ulid(4000) }).id;
    await runs.remove([parent]);
    assert.deepEqual(await idsOf(), [other]);
    await runs.restore([parent, child]);
    assert.deepEqual(await idsOf(), [other, grandchild, child, parent]);
  });

  it('have probes and trials beside them: reproductions that a person did not start', async () => {
    for (const purpose of ['probe', 'trial'])
      writeRun(store, { id: ulid(purpose === 'probe' ? 4000 : 5000), plan: { reproduces: parent, purpose } });
    const { id: reproduction } = writeRun(store, { id: ulid(6000), plan: { reproduces: parent } });
    assert.deepEqual(await idsOf({ children: false }), [reproduction, parent]);
    assert.deepEqual(
      (await runs.list()).slice(0, 3).map(run => [run.purpose, runAbove(run)]),
      [
        [undefined, undefined],
        ['trial', parent],
        ['probe', parent],
      ],
    );
  });

  it('can be removed alone', async () => {
    await runs.remove([grandchild]);
    assert.deepEqual(await idsOf(), [child, parent]);
    await runs.restore([grandchild]);
    assert.deepEqual(await idsOf(), [grandchild, child, parent]);
  });

  it('are told apart by the index too', async () => {
    const many = Array.from(
      { length: 100 },
      (_, at) => writeRun(store, { id: ulid(10_000 + at), plan: { parent } }).id,
    );
    const ageMs = 10_000;
    await ageFolders(store, many.concat(parent, child, grandchild), ageMs);
    await runs.list();
    const fresh = new RunStore(store);
    assert.deepEqual(await idsOf({ children: false }, fresh), [parent]);
    assert.equal((await fresh.page({ limit: 5 })).runs.length, 5);
    assert.deepEqual(
      (await fresh.listTexts({ children: false })).runs.map(
        text => (JSON.parse(String(text)) as { id: string }).id,
      ),
      [parent],
    );
  });
});

/** Folders that changed just now prove nothing to the index. */
async function ageFolders(store: string, ids: readonly string[], ageMs: number): Promise<void> {
  const then = new Date(Date.now() - ageMs);
  for (const id of ids) await utimes(runPaths(store, id).dir, then, then);
}
