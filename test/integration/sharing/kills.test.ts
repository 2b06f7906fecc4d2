/** Sharing and fetching that are killed at any moment leave nothing half-made, on either side, and can be done again. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runPathsIn } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { cliScript } from '../../helpers/lockstepCli.ts';
import { team, type Member, type Team } from './team.ts';

describe('kill -9 while runs are shared', function () {
  this.timeout(180_000);
  let all: Team;
  let ana: Member;
  let id: string;

  before(async () => {
    all = await team();
    ana = await all.join('ana');
    await ana.write({ 'train.py': 'print(\'{"loss": 1}\')\n' });
    await ana.git('add', '--all');
    await ana.git('commit', '--quiet', '--message', 'a project');
    await ana.git('push', '--quiet', 'origin', 'HEAD:main');
    await ana.write({
      'large.bin': Buffer.from(Array.from({ length: 300_000 }, (_, place) => (place * 7919) % 251)),
    });
    await ana.expect(0, 'run', '--', 'python3', 'train.py');
    id = await new RunStore(ana.store).resolve('@1');
  });
  after(() => all[Symbol.asyncDispose]());

  /** Starts it in a process group of its own, and kills the group after a while, unless it was faster. */
  async function killed(who: Member, words: readonly string[], afterMs: number): Promise<void> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cliScript, ...words], {
      ...{ cwd: who.root, env: who.environment, stdio: 'ignore', detached: true },
    });
    const ended = once(child, 'exit');
    const stop = new AbortController();
    const waited = delay(afterMs, undefined, { signal: stop.signal }).then(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    });
    await Promise.race([ended, waited.catch(() => undefined)]);
    stop.abort();
    await ended;
  }

  it('the remote has a run whole or not at all', async () => {
    for (const part of [0.3, 0.6, 0.8, 0.95]) {
      await killed(ana, ['share', 'push', id], part * 1500);
      const listed = await ana.git('ls-remote', 'origin', 'refs/lockstep/*');
      if (listed !== '') await ana.git('--git-dir', all.hub, 'fsck', '--connectivity-only');
    }
    await ana.expect(0, 'share', 'push', id);
    await ana.git('--git-dir', all.hub, 'fsck', '--full');
    assert.match(await ana.git('ls-remote', 'origin', 'refs/lockstep/*'), new RegExp(`${id}$`));
    assert.equal(await ana.git('status', '--short'), '?? large.bin');
  });

  it('a clone has a run whole or not at all', async () => {
    const bob = await all.join('bob');
    for (const part of [0.4, 0.6, 0.75, 0.9]) {
      await killed(bob, ['share', 'fetch', '--full'], part * 1500);
      const dir = join(bob.store, 'runs', id.slice(-2), id);
      if (existsSync(dir))
        for (const path of [runPathsIn(dir).plan, runPathsIn(dir).result, runPathsIn(dir).shared])
          assert.ok(existsSync(path), path);
      assert.ok(
        (await new RunStore(bob.store).list()).every(run => run.id === id && run.problem === undefined),
      );
    }
    await bob.expect(0, 'share', 'fetch', '--full');
    await bob.expect(0, 'reproduce', id, '--yes');
    assert.equal(await bob.git('status', '--short'), '');
    for (const name of await readdir(join(bob.store, 'runs', id.slice(-2))))
      assert.ok(name === id || name.startsWith('.shared-'), name);
  });
});
