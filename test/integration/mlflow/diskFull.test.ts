import assert from 'node:assert/strict';
import { EndpointOfTests } from './mlflowClient.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('the MLflow endpoint: on a full disk', () => {
  it('holds the answer until there is room, and writes once', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    test.runs.main.full = true;
    let answered = 0;
    const calls = [0, 1, 2].map(async step => {
      const { status } = await test.post('runs/log-batch', {
        run_id: run,
        metrics: [{ key: 'a', value: step, timestamp: step, step }],
        params: [{ key: `p${step}`, value: '1' }],
      });
      answered++;
      return status;
    });
    const child = test.createRun({ run_name: 'begun meanwhile' });
    await waitFor('the warning', () => test.problems.length > 0);
    assert.match(test.problems.join(), /waits to be written/);
    assert.equal(answered, 0);
    test.runs.main.full = false;
    assert.deepEqual(await Promise.all(calls), [200, 200, 200]);
    const points = (await test.runs.main.series())[0];
    assert.deepEqual([...(points?.values ?? [])].sort(), [0, 1, 2]);
    assert.deepEqual(test.runs.main.reported().parameters, { p0: 1, p1: 1, p2: 1 });
    await test.post('runs/set-tag', { run_id: await child, key: 'k', value: 'v' });
    assert.deepEqual(
      [...test.runs.children.values()].map(one => [one.start?.name, one.reported().tags]),
      [['begun meanwhile', { k: 'v' }]],
    );
    await test.reopen();
    const { body } = await test.get('runs/get', { run_id: await child });
    assert.equal((body as { run: { info: { run_name: string } } }).run.info.run_name, 'begun meanwhile');
  });
});
