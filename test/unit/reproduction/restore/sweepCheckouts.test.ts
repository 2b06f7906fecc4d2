import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostIdentity, identifyProcess } from '../../../../src/base/processIdentity.ts';
import { markCheckout, sweepCheckouts } from '../../../../src/reproduction/restore/sweepCheckouts.ts';
import { runPaths } from '../../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const id = (end: string): string => `01M845KD63SKMWPJ4N7HJXWS${end}`;

describe('sweepCheckouts', () => {
  it('removes those whose runs have ended with nobody left who could judge them, and no others', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'store');
    const checkouts = join(folder.path, 'checkouts');
    const here = await hostIdentity();
    const own = await identifyProcess(process.pid);
    assert.ok(own !== undefined);
    // Another start of the same number: that process is gone.
    const gone = { ...own, startTime: '1' };
    const make = async (
      end: string,
      supervisor: typeof own,
      { state, keep = false }: { state?: string; keep?: boolean },
    ): Promise<void> => {
      const paths = runPaths(store, id(end));
      await mkdir(paths.dir, { recursive: true });
      const startedAt = '2026-01-01T00:00:00.000Z';
      await writeFile(paths.process, JSON.stringify({ schemaVersion: 1, ...here, supervisor, startedAt }));
      if (state !== undefined)
        await writeFile(
          paths.result,
          JSON.stringify({ schemaVersion: 1, state, endedAt: startedAt, outputs: [], metrics: {} }),
        );
      const base = join(checkouts, id(end));
      await mkdir(base, { recursive: true });
      await markCheckout(base, { store, id: id(end), keep });
    };
    await make('01', gone, { state: 'cancelled' });
    await make('02', own, { state: 'cancelled' });
    await make('03', gone, {});
    await make('04', own, {});
    await make('05', gone, { state: 'finished', keep: true });
    await make('06', gone, { state: 'cancelled' });
    await mkdir(join(checkouts, 'somebody else'));
    await sweepCheckouts(checkouts, id('06'));
    assert.deepEqual(
      (await readdir(checkouts)).sort(),
      [id('02'), id('04'), id('05'), id('06'), 'somebody else'].sort(),
    );
  });
});
