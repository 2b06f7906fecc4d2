/** One at a time, also after somebody died in it. */
import assert from 'node:assert/strict';
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostIdentity, identifyProcess } from '../../../../src/base/processIdentity.ts';
import { shareTurn, takeTurn } from '../../../../src/environments/devcontainer/takeTurn.ts';
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

  it('is free after a crash while it was written, and after a long silence of a machine that nobody can see', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a b.turn');
    const elsewhere = {
      ...{ host: { host: 'far', bootId: 'x', pidNamespace: 'y' }, turn: 'x' },
      process: { pid: 1, startTime: '1' },
    };
    for (const content of ['', '{"host', JSON.stringify(elsewhere)]) {
      await writeFile(path, content);
      const stop = new AbortController();
      let told = '';
      const onWait = (holder: string): void => {
        told = holder;
        stop.abort();
      };
      await assert.rejects(takeTurn(path, { signal: stop.signal, onWait }), { name: 'AbortError' });
      assert.equal(told, content.length > 20 ? `process 1 on far, ${path}` : `unknown: ${path}`);
      await utimes(path, 1, 1);
      await (await takeTurn(path)).release();
    }
    assert.deepEqual(await readdir(folder.path), []);
  });

  it('is not free while something lives that its holder started', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a.turn');
    const first = await takeTurn(path);
    const self = await identifyProcess(process.pid);
    assert.ok(self);
    await shareTurn(path, self);
    const holder = JSON.parse(await readFile(path, 'utf8')) as { process: unknown };
    await writeFile(path, JSON.stringify({ ...holder, process: { pid: 2 ** 22 + 1, startTime: '1' } }));
    const stop = new AbortController();
    await assert.rejects(takeTurn(path, { signal: stop.signal, onWait: () => stop.abort() }), {
      name: 'AbortError',
    });
    await first.release();
    assert.deepEqual(await readdir(folder.path), []);
  });
});
