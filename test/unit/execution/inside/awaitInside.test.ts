import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitInside } from '../../../../src/execution/inside/awaitInside.ts';
import type { RunningInside } from '../../../../src/execution/inside/awaitInside.ts';
import { engineNotAnswering } from '../../../../src/execution/inside/errors.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { fakeEngine } from './fakeEngine.ts';

const silent = (): Promise<never> => Promise.reject(engineNotAnswering('', new Error('hung up')));

describe('waiting for a command inside', () => {
  /** Its wrapper was killed, so the engine is asked again and again. */
  async function end(
    answers: (folder: string) => Pick<RunningInside, 'count' | 'shown'> & { engineMs?: number },
  ): Promise<string | number | undefined> {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'inside'));
    using engine = await fakeEngine(folder.path, 'monday');
    const over = new AbortController();
    const child = { pid: 0x3fffffff, startTime: '1' };
    const running = {
      ...{ api: engine.api, container: 'x', containerStartedAt: 'monday', exec: undefined, child },
      ...{ dir: folder.path, note: () => undefined, ...answers(folder.path) },
    };
    try {
      const { failure, exitCode } = await awaitInside(running, over.signal);
      return failure?.code ?? exitCode;
    } finally {
      over.abort();
    }
  }

  it('begins to count the silence of an engine anew after each of its answers', async () => {
    let asked = 0;
    const life = [silent, 1, 1, 1, silent, 1, 0];
    const one = await end(() => ({
      engineMs: 600,
      count: () => {
        const now = life[Math.min(asked++, life.length - 1)];
        return typeof now === 'function' ? now() : Promise.resolve(now ?? 0);
      },
      shown: () => Promise.resolve(0),
    }));
    assert.deepEqual([one, asked], [undefined, life.length]);
  });

  it('believes what shows here only where it can be told', async () => {
    let looked = 0;
    const one = await end(() => ({
      ...{ engineMs: 1, count: silent },
      shown: () => Promise.resolve(++looked < 3 ? undefined : 0),
    }));
    assert.deepEqual([one, looked], ['container-ended', 3]);
  });

  it('reads the exit code while the engine hangs', async () => {
    const code = await end(folder => ({
      count: async () => {
        await writeFile(join(folder, 'inside', 'ended'), '7\n');
        return new Promise(() => undefined);
      },
      shown: () => Promise.resolve(0),
    }));
    assert.equal(code, 7);
  });
});
