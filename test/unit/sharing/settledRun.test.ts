import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { RunStore } from '../../../src/runs/runStore.ts';
import { settledRun } from '../../../src/sharing/settledRun.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { writeRun } from '../runs/recordFixtures.ts';

describe('a run that is given away', () => {
  it('has what was captured after it was read', async () => {
    await using folder = await temporaryFolder();
    const { id, paths } = writeRun(folder.path);
    const early = await new RunStore(folder.path).read(id);
    assert.equal(early.captured, undefined);
    const unknown = { known: 'unknown', reason: 'test' };
    const captured = { schemaVersion: 1, packages: unknown, hardware: unknown, modules: unknown, inputs: [] };
    await writeFile(paths.captured, JSON.stringify(captured));
    const settled = await settledRun(folder.path, early);
    assert.deepEqual([settled.id, settled.captured?.inputs, settled.problems], [id, [], []]);
    assert.equal(await settledRun(folder.path, settled), settled, 'it is not read again for nothing');
  });
});
