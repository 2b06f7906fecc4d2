/** One at a time, also after somebody died in it. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostIdentity } from '../../../../src/base/processIdentity.ts';
import { takeTurn } from '../../../../src/environments/devcontainer/takeTurn.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('a turn', () => {
  it('is one holder’s at a time, and each gets it', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'deep', 'a.turn');
    let holders = 0;
    let waits = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const turn = await takeTurn(path, { onWait: () => (waits += 1) });
        holders += 1;
        assert.equal(holders, 1);
        await readFile(path);
        holders -= 1;
        await turn.release();
        await turn.release();
      }),
    );
    assert.ok(waits > 0);
  });

  it('is free when its holder has died, and waiting for it can be cancelled', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a.turn');
    const dead = { host: await hostIdentity(), process: { pid: 2 ** 22 + 1, startTime: '1' }, turn: 'x' };
    await writeFile(path, JSON.stringify(dead));
    const turn = await takeTurn(path);
    const stop = new AbortController();
    await assert.rejects(takeTurn(path, { signal: stop.signal, onWait: () => stop.abort() }), {
      name: 'AbortError',
    });
    await turn.release();
  });
});
