import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { reproductionName } from '../../../src/reproduction/reproductionName.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { ulid } from 'ulid';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { verdictOf, writeRun, writeVerdict } from '../runs/recordFixtures.ts';

describe('the name of a reproduction', () => {
  it('is that of no other, also of two that are started at once, and of none that came to no verdict', async () => {
    await using folder = await temporaryFolder('lockstep names');
    const store = folder.path;
    const { id, paths } = writeRun(store, { plan: { name: 'base' } });
    const read = () => new RunStore(store).read(id);
    const run = await read();
    const names = await Promise.all(Array.from({ length: 5 }, () => reproductionName(run)));
    const expected = ['base-repro', 'base-repro-2', 'base-repro-3', 'base-repro-4', 'base-repro-5'];
    assert.deepEqual(names.sort(), expected);
    assert.equal(await reproductionName(run, 'probe'), 'base-probe');
    // Those of earlier versions have taken nothing, but their verdicts are here.
    await rm(paths.reproductions, { recursive: true });
    for (const count of [1, 2]) writeVerdict(store, verdictOf(id, ulid(count)));
    assert.equal(await reproductionName(await read()), 'base-repro-3');
    assert.equal(await reproductionName(await read()), 'base-repro-4');
  });

  it('is none for a run without one, and needs nothing to be written', async () => {
    await using folder = await temporaryFolder('lockstep names');
    const [unnamed, named] = [writeRun(folder.path), writeRun(folder.path, { plan: { name: 'base' } })];
    const runs = new RunStore(folder.path);
    assert.equal(await reproductionName(await runs.read(unnamed.id)), undefined);
    await writeFile(named.paths.reproductions, 'in the way');
    assert.equal(await reproductionName(await runs.read(named.id)), 'base-repro');
  });
});
