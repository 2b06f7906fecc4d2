import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { parseStat } from '../../../../src/base/processIdentity.ts';
import { runCommand } from '../../../../src/base/runCommand.ts';
import { endArgv } from '../../../../src/environments/engine/endScript.ts';
import { countInside, endInside } from '../../../../src/execution/inside/endInside.ts';
import type { InsideTree } from '../../../../src/execution/inside/endInside.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { fakeEngine } from './fakeEngine.ts';

describe('ending what a run has inside', () => {
  it('spares whoever got the number of its shell', async function () {
    if (process.platform !== 'linux') this.skip();
    const path = process.env['PATH'];
    // Leads a session, as the shell of a run does; what it starts is in it.
    const shell = spawn('/bin/sh', ['-c', 'sleep 1000 & echo ready; wait; echo ended'], {
      ...{ detached: true, stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: path } },
    });
    const ended = once(shell, 'close');
    await once(shell.stdout, 'data');
    const start = parseStat(await readFile(`/proc/${shell.pid}/stat`, 'utf8'))?.startTime ?? '';
    const end = async (leader: number | undefined, leaderStart: string): Promise<string> => {
      const mark = 'LOCKSTEP_RUN_ID=none';
      const [program = '', ...args] = endArgv({ mark, signal: 'TERM', seconds: 20, leader, leaderStart });
      const { stdout } = await runCommand({ program, args, env: { PATH: path } });
      return stdout.toString();
    };
    assert.equal(await end(shell.pid, '1'), '0\n0\n');
    assert.equal(await end(undefined, ''), '0\n0\n');
    assert.equal(await end(shell.pid, start), '1\n0\n');
    await ended;
  });

  const treeIn = (engine: Pick<InsideTree, 'api'>): InsideTree => ({
    ...{ api: engine.api, container: 'x', runId: 'none', user: undefined, wrapper: 7, wrapperStart: '1' },
    containerStartedAt: 'monday',
  });

  it('touches nothing in a container that was started again since', async () => {
    await using folder = await temporaryFolder();
    using engine = await fakeEngine(folder.path, 'tuesday');
    const tree = treeIn(engine);
    assert.equal(await countInside(tree), 0);
    assert.equal(await endInside(tree, { grace: { interruptMs: 1, terminateMs: 1 } }), 0);
    assert.deepEqual([...new Set(engine.asked)], ['GET /containers/x/json']);
  });

  it('can be given up while the engine hangs', async () => {
    await using folder = await temporaryFolder();
    const stop = new AbortController();
    using engine = await fakeEngine(folder.path, 'monday', () => stop.abort(new Error('Ctrl-C')));
    await assert.rejects(countInside(treeIn(engine), stop.signal), /Ctrl-C/);
    const again = { grace: { interruptMs: 1, terminateMs: 1 }, signal: stop.signal };
    await assert.rejects(endInside(treeIn(engine), again), /Ctrl-C/);
  });
});
