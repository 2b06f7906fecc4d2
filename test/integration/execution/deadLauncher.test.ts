/** A launcher that dies between the start of a supervisor and its last word to it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { ulid } from 'ulid';
import { spawnSupervisor } from '../../../src/execution/spawnSupervisor.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import type { RunPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { heartbeatLimitMs } from '../../../src/runs/runState.ts';
import { supervisorScript } from '../../helpers/testRuns.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

describe('a launcher that dies', () => {
  const said: readonly [when: string, launch: string | undefined, words: string][] = [
    ['before it wrote launch.json', undefined, ''],
    ['while it wrote launch.json', '{"argv": ["python3", "tr', ''],
    ['before it said the command', '{"argv": ["python3", "train.py"]}', ''],
    ['while it said the command', '{"argv": ["python3", "train.py"]}', '{"dir": "/tmp", "argv": ["pyth'],
  ];
  for (const [when, launch, words] of said)
    it(`${when}: the run has failed, and says why`, async () => {
      await using folder = await temporaryFolder();
      const { id, paths, store } = await emptyRun(folder.path);
      if (launch !== undefined) await writeFile(paths.launch, launch);
      const run = { id, dir: paths.dir };
      const supervisor = spawnSupervisor({ node: process.execPath, script: supervisorScript, run });
      (supervisor.stdio[3] as Writable).end(words);
      const [exitCode] = (await once(supervisor, 'close')) as [number | null];
      assert.equal(exitCode, 0);
      const summary = await new RunStore(store).summary(id);
      assert.equal(summary.state, 'failed');
      assert.match(summary.failure ?? '', /ended before it had said what to run/);
    });

  it('before there was a supervisor: the run is lost once it was silent for long enough', async () => {
    await using folder = await temporaryFolder();
    const { id, paths, store } = await emptyRun(folder.path);
    const state = async (): Promise<string> => (await new RunStore(store).summary(id)).state;
    assert.equal(await state(), 'preparing');
    const then = new Date(Date.now() - heartbeatLimitMs - 1_000);
    await utimes(paths.dir, then, then);
    assert.equal(await state(), 'lost');
  });
});

async function emptyRun(folder: string): Promise<{ id: string; paths: RunPaths; store: string }> {
  const store = join(folder, '.lockstep');
  const id = ulid();
  const paths = runPaths(store, id);
  await mkdir(dirname(paths.dir), { recursive: true });
  await mkdir(paths.dir);
  return { id, paths, store };
}
