import assert from 'node:assert/strict';
import { joinAll } from '../../../src/base/joinAll.ts';

describe('joinAll', () => {
  it('gives every value in order', async () => {
    assert.deepEqual(await joinAll([Promise.resolve(1), 'two', Promise.resolve(true)]), [1, 'two', true]);
  });

  it('rejects only after the parts that still worked have ended', async () => {
    const told: string[] = [];
    const working = new Promise<void>(resolve => setImmediate(resolve)).then(() =>
      told.push('the slow part ended'),
    );
    const joined = joinAll([Promise.reject(new Error('no permission')), working]).catch((error: unknown) => {
      told.push(String(error));
    });
    await joined;
    assert.deepEqual(told, ['the slow part ended', 'Error: no permission']);
  });
});
