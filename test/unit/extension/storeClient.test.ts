import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { LockstepError } from '../../../src/base/lockstepError.ts';
import { StoreClient } from '../../../src/extension/storeClient.ts';
import type { StoreChange } from '../../../src/extension/storeClient.ts';

const script = fileURLToPath(new URL('./fixtures/scriptedWorker.ts', import.meta.url));

describe('StoreClient', () => {
  let client: StoreClient;
  let changes: StoreChange[];
  let stops: number;

  beforeEach(() => {
    changes = [];
    stops = 0;
    client = new StoreClient(script, {
      onChange: change => changes.push(change),
      onLog: () => undefined,
      onStopped: () => stops++,
    });
  });
  afterEach(() => client.dispose());

  const ask = (bytes: number, id = 'A', signal?: AbortSignal) =>
    client.request('logWindow', { store: '/store', id, bytes }, signal);

  it('answers each request with its own result, and passes changes on', async () => {
    const answers = await Promise.all(['A', 'B', 'C'].map(id => ask(5, id)));
    assert.deepEqual(
      answers.map(answer => answer.stdout),
      ['A', 'B', 'C'],
    );
    assert.deepEqual(changes, [{ store: '/store', runIds: new Set(['a']) }]);
  });

  it('rejects with the error of the engine, code and mend included', async () => {
    await assert.rejects(ask(-1), error => {
      assert.ok(error instanceof LockstepError);
      assert.deepEqual([error.code, error.message, error.mend], ['run-not-found', 'No run A.', 'Look.']);
      return true;
    });
  });

  it('rejects with the reason of the signal, at once and while waiting', async () => {
    await assert.rejects(ask(5, 'A', AbortSignal.abort(new Error('too late'))), /too late/);
    const controller = new AbortController();
    const waiting = ask(-3, 'A', controller.signal);
    controller.abort(new Error('enough'));
    await assert.rejects(waiting, /enough/);
  });

  it('outlives its worker: what waits is rejected, the next request starts a new one', async () => {
    await assert.rejects(ask(-2), /has ended/);
    assert.equal(stops, 1);
    assert.equal((await ask(5)).stdout, 'A');
  });

  it('refuses after dispose', async () => {
    client.dispose();
    await assert.rejects(ask(5), /has ended/);
  });
});
