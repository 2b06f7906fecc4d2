import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { hostIdentity, identifyProcess } from '../../../../src/base/processIdentity.ts';
import { runsInContainer } from '../../../../src/execution/inside/errors.ts';
import { runsInContainers } from '../../../../src/execution/inside/runsInContainers.ts';
import { runPaths, storePaths } from '../../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('runs that would end with a container', () => {
  const mine = 'a'.repeat(64);

  it('are those that live in it: not those that ended, nor those elsewhere', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'a store');
    const markers = join(storePaths(store).locks, 'live');
    await mkdir(markers, { recursive: true });
    const supervisor = { ...(await identifyProcess(process.pid)), pid: process.pid };
    const here = await hostIdentity();
    const announce = async (container: string | undefined, plan: object, ended = false): Promise<string> => {
      const id = ulid();
      const paths = runPaths(store, id);
      await mkdir(paths.dir, { recursive: true });
      await writeFile(join(markers, id), '/home/a/project');
      const inside =
        container === undefined
          ? {}
          : { container: { engine: 'docker', endpoint: 'unix:///x.sock', id: container } };
      const record = { schemaVersion: 1, ...here, supervisor, startedAt: '', ...inside };
      await writeFile(paths.process, JSON.stringify(record));
      await writeFile(paths.plan, JSON.stringify(plan));
      const result = { schemaVersion: 1, state: 'finished', endedAt: '', outputs: [], metrics: {} };
      if (ended) await writeFile(paths.result, JSON.stringify(result));
      return id;
    };
    const named = await announce(mine, { name: 'long training' });
    await announce(mine, {}, true);
    await announce(undefined, {});
    await announce('b'.repeat(64), {});
    const plain = await announce(mine, {});
    await writeFile(join(markers, 'no run'), '');
    const found = await runsInContainers(store, [mine]);
    assert.deepEqual(
      new Map(found.map(({ id, name }) => [id, name])),
      new Map([
        [named, 'long training'],
        [plain, undefined],
      ]),
    );
    assert.deepEqual(await runsInContainers(join(folder.path, 'none'), [mine]), []);
  });

  it('are named when the container is not stopped for them', () => {
    const { message, mend } = runsInContainer(['a1b2c3 (long training)'], 'a1b2c3');
    assert.match(message, /a1b2c3 \(long training\) goes on in the container/);
    assert.match(mend ?? '', /lockstep cancel a1b2c3.*--force/);
  });
});
