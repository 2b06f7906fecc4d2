import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import {
  runContainerLabels,
  sweepRunContainers,
} from '../../../../src/reproduction/restore/sweepRunContainers.ts';
import { runPaths } from '../../../../src/runs/runPaths.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const run = (letter: string): string => `01HZZZZZZZZZZZZZZZZZZZZZZ${letter}`;

describe('the containers that killed reproductions left', () => {
  it('go only where their own store says that the run is gone', async () => {
    await using folder = await temporaryFolder();
    const store = join(folder.path, 'a store');
    const other = join(folder.path, 'other');
    for (const one of [store, other]) await mkdir(runPaths(one, run('A')).dir, { recursive: true });
    await writeFile(runPaths(store, run('A')).heartbeat, '');
    const gone = await runContainerLabels(store, run('B'));
    const containers: Record<string, Record<string, string>> = {
      gone,
      live: await runContainerLabels(store, run('A')),
      mine: await runContainerLabels(store, run('C')),
      otherStore: await runContainerLabels(other, run('B')),
      otherUser: { ...gone, 'lockstep.owner': '0'.repeat(64) },
      unmarked: { 'lockstep.run': run('B'), 'lockstep.store': store },
    };
    const removed: string[] = [];
    // Speaks the four words of the API that are needed, and filters by nothing.
    const engine = createServer((question, answer) => {
      const id = /^\/containers\/(\w+)/.exec(question.url ?? '')?.[1] ?? '';
      if (question.method === 'DELETE') {
        removed.push(id);
        answer.writeHead(204).end();
      } else if (id === 'json') answer.end(JSON.stringify(Object.keys(containers).map(Id => ({ Id }))));
      else
        answer.end(
          JSON.stringify({
            ...{ Id: id, Image: 'x', State: { Running: true } },
            Config: { Labels: containers[id] },
          }),
        );
    });
    const socket = join(folder.path, 'e.sock');
    engine.listen(socket);
    await once(engine, 'listening');
    try {
      const sweep = async (one: string): Promise<string[]> => {
        await sweepRunContainers(`unix://${socket}`, { store: one, but: run('C') });
        return removed.splice(0);
      };
      assert.deepEqual(await sweep(store), ['gone']);
      assert.deepEqual(await sweep(other), ['otherStore']);
      // A disk that is not mounted, or a home that others may not look into.
      await rename(store, join(folder.path, 'elsewhere'));
      assert.deepEqual(await sweep(store), []);
    } finally {
      engine.close();
    }
  });
});
