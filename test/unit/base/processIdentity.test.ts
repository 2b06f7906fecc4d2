import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  hostIdentity,
  identifyProcess,
  parseStat,
  processLives,
  sameHost,
} from '../../../src/base/processIdentity.ts';

describe('processIdentity', () => {
  it('knows this very process as living', async () => {
    const here = await hostIdentity();
    const self = await identifyProcess(process.pid);
    assert.ok(self);
    assert.equal(await processLives(here, self), 'lives');
  });

  it('calls a process gone after its end, and one with a reused number too', async () => {
    const here = await hostIdentity();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    assert.ok(child.pid !== undefined);
    const identity = await identifyProcess(child.pid);
    assert.ok(identity);
    if (identity.startTime !== undefined)
      assert.equal(await processLives(here, { ...identity, startTime: '1' }), 'gone');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(await processLives(here, identity), 'gone');
    assert.equal(await identifyProcess(child.pid), undefined);
  });

  it('cannot tell about another machine, boot or pid namespace', async () => {
    const here = { host: 'a', bootId: 'x', pidNamespace: 'pid:[1]' };
    const table: [string, boolean, object][] = [
      ['the same', true, {}],
      ['a renamed host', true, { host: 'b' }],
      ['another boot', false, { bootId: 'y' }],
      ['a container', false, { pidNamespace: 'pid:[2]' }],
      ['a record without boot id', false, { bootId: undefined }],
    ];
    for (const [name, expected, change] of table)
      assert.equal(sameHost(here, { ...here, ...change }), expected, name);
    assert.equal(await processLives({ host: 'elsewhere', bootId: 'y' }, { pid: process.pid }), 'cannot-tell');
  });

  it('reads a stat line whose program name holds brackets and spaces, and takes a zombie for no process', () => {
    const rest = Array.from({ length: 45 }, (_, index) => String(index + 5)).join(' ');
    const line = `42 (a) b (c) S 7 ${rest}`;
    assert.deepEqual(parseStat(line), {
      parent: 7,
      group: 5,
      session: 6,
      cpuTicks: 14 + 15,
      startTime: '22',
      residentPages: 24,
    });
    assert.equal(parseStat(line.replace(' S ', ' Z ')), undefined);
  });
});
