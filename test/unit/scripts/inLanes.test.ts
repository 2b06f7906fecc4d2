import assert from 'node:assert/strict';
import { inLanes } from '../../../scripts/suites/inLanes.ts';

describe('inLanes', () => {
  /** Jobs that end when the test says so; `log` has their beginnings and ends. */
  function jobsOf(names: readonly string[]): {
    log: string[];
    jobs: (() => Promise<string>)[];
    end: Map<string, (error?: Error) => void>;
  } {
    const log: string[] = [];
    const end = new Map<string, (error?: Error) => void>();
    const jobs = names.map(name => async () => {
      log.push(`${name} begins`);
      await new Promise<void>((resolve, reject) =>
        end.set(name, error => (error === undefined ? resolve() : reject(error))),
      );
      log.push(`${name} ends`);
      return name.toUpperCase();
    });
    return { log, jobs, end };
  }
  const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

  it('begins the next job when one ends, and keeps the order of the results', async () => {
    const { log, jobs, end } = jobsOf(['a', 'b', 'c', 'd']);
    const all = inLanes(jobs, 2);
    await settled();
    assert.deepEqual(log, ['a begins', 'b begins']);
    for (const name of ['b', 'c', 'd', 'a']) {
      end.get(name)?.();
      await settled();
    }
    assert.deepEqual(await all, ['A', 'B', 'C', 'D']);
    assert.deepEqual(
      log.join(', '),
      'a begins, b begins, b ends, c begins, c ends, d begins, d ends, a ends',
    );
  });

  it('begins nothing after a failure, and waits for what is under way', async () => {
    const { log, jobs, end } = jobsOf(['a', 'b', 'c']);
    const all = inLanes(jobs, 2).catch((error: unknown) => `rejected: ${String(error)}`);
    await settled();
    end.get('a')?.(new Error('out of luck'));
    await settled();
    assert.deepEqual(log, ['a begins', 'b begins']);
    end.get('b')?.();
    assert.equal(await all, 'rejected: Error: out of luck');
    assert.deepEqual(log, ['a begins', 'b begins', 'b ends']);
  });

  it('runs one after the other in one lane, and nothing of nothing', async () => {
    const { log, jobs, end } = jobsOf(['a', 'b']);
    const all = inLanes(jobs, 1);
    await settled();
    assert.deepEqual(log, ['a begins']);
    end.get('a')?.();
    await settled();
    end.get('b')?.();
    assert.deepEqual(await all, ['A', 'B']);
    assert.deepEqual(await inLanes([], 2), []);
  });
});
