import assert from 'node:assert/strict';
import { EndpointOfTests } from './mlflowClient.ts';

const parent = (id: string): object => ({ tags: [{ key: 'mlflow.parentRunId', value: id }] });

describe('the MLflow endpoint: where runs belong', () => {
  it('makes nested and further runs child runs, nested deeper ones below theirs', async () => {
    await using test = await EndpointOfTests.open();
    const main = await test.createRun({ run_name: 'sweep' });
    const trial = await test.createRun({ run_name: 'trial', ...parent(main) });
    const fold = await test.createRun(parent(trial));
    const second = await test.createRun({ run_name: 'second' });
    for (const [run, value] of [
      [main, 0],
      [trial, 1],
      [fold, 2],
      [second, 3],
    ] as const)
      await test.post('runs/log-metric', { run_id: run, key: 'm', value, timestamp: 1, step: 0 });
    await test.post('runs/update', { run_id: trial, status: 'FAILED', end_time: 50 });
    await test.post('runs/update', { run_id: trial, status: 'FAILED', end_time: 50 });
    await test.post('runs/update', { run_id: fold, status: 'KILLED', end_time: 60 });
    await test.post('runs/update', { run_id: fold, status: 'RUNNING', end_time: 60 });

    assert.deepEqual(await test.runs.main.metricsAsText(), ['m: 0=0']);
    const children = [...test.runs.children.values()];
    assert.deepEqual(
      await Promise.all(
        children.map(async child => [child.start?.name, await child.metricsAsText(), child.ends]),
      ),
      [
        ['trial', ['m: 0=1'], [{ state: 'failed', endedAt: 50 }]],
        [undefined, ['m: 0=2'], [{ state: 'cancelled', endedAt: 60 }, 'resumed']],
        ['second', ['m: 0=3'], []],
      ],
    );
    assert.deepEqual(
      children.map(child => child.start?.parent),
      [undefined, children[0]?.id, undefined],
    );
  });

  it('ends a child run again that is logged to after its end', async () => {
    await using test = await EndpointOfTests.open();
    await test.createRun();
    const child = await test.createRun();
    await test.post('runs/update', { run_id: child, status: 'FINISHED', end_time: 5 });
    await test.post('runs/log-metric', { run_id: child, key: 'late', value: 1, timestamp: 6, step: 0 });
    await test.post('runs/set-tag', { run_id: child, key: 'late', value: 'too' });
    await test.endpoint.close();
    const [run] = test.runs.children.values();
    assert.deepEqual(run?.ends, [
      { state: 'finished', endedAt: 5 },
      'resumed',
      { state: 'finished', endedAt: 5 },
    ]);
    assert.deepEqual(run.reported().tags, { late: 'too' });
  });

  it('makes the other processes of a distributed run ranks of the run, whoever comes first', async () => {
    await using test = await EndpointOfTests.open();
    const rank = (value: number): object => ({ tags: [{ key: 'lockstep.rank', value: String(value) }] });
    const one = await test.createRun(rank(1));
    const zero = await test.createRun({ run_name: 'ddp', ...rank(0) });
    const two = await test.createRun(rank(2));
    for (const [index, run] of [zero, one, two].entries()) {
      await test.post('runs/log-batch', {
        run_id: run,
        metrics: [{ key: 'loss', value: index / 2, timestamp: 1, step: 0 }],
        params: [{ key: 'seed', value: String(index) }],
        tags: [{ key: 'host', value: `node${index}` }],
      });
      await test.post('runs/update', { run_id: run, status: index === 1 ? 'FAILED' : 'FINISHED' });
    }
    assert.deepEqual(await test.runs.main.metricsAsText(), [
      'loss[0]: 0=0',
      'loss[1]: 0=0.5',
      'loss[2]: 0=1',
    ]);
    const { name, parameters, tags, state } = test.runs.main.reported();
    assert.deepEqual(
      { name, parameters, tags, state },
      { name: 'ddp', parameters: { seed: 0 }, tags: { host: 'node0' }, state: 'finished' },
    );
    assert.equal(test.runs.children.size, 0);
    const { body } = await test.get('metrics/get-history', { run_id: two, metric_key: 'loss' });
    assert.deepEqual(body, { metrics: [{ key: 'loss', value: 1, timestamp: 1, step: 0 }] });
  });

  it('takes in runs that it has not heard of, so that no training ends for them', async () => {
    await using test = await EndpointOfTests.open();
    const stranger = 'f'.repeat(32);
    const resumed = 'e'.repeat(32);
    const { status } = await test.post('runs/log-metric', {
      run_id: stranger,
      key: 'm',
      value: 1,
      timestamp: 1,
      step: 0,
    });
    assert.equal(status, 200);
    assert.equal(test.runs.children.size, 1);

    // A run that is resumed by its id, as from a checkpoint, is what this command runs.
    assert.equal((await test.get('runs/get', { run_id: resumed })).status, 200);
    await test.post('runs/update', { run_id: resumed, status: 'RUNNING' });
    await test.post('runs/log-metric', { run_id: resumed, key: 'm', value: 2, timestamp: 1, step: 0 });
    assert.deepEqual(await test.runs.main.metricsAsText(), ['m: 0=2']);
    assert.equal((await test.get('runs/get', { run_id: 'nothing like an id' })).status, 404);
  });

  it('keeps an invented name out of the record, and takes a chosen one whenever it comes', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    const { body } = await test.get('runs/get', { run_id: run });
    const invented = (body as { run: { info: { run_name: string } } }).run.info.run_name;
    assert.match(invented, /^\w+-\w+-\d+$/);
    assert.equal(test.runs.main.reported().name, undefined);
    await test.post('runs/set-tag', { run_id: run, key: 'mlflow.runName', value: 'by tag' });
    assert.equal(test.runs.main.reported().name, 'by tag');
    await test.post('runs/update', { run_id: run, run_name: 'by update' });
    assert.equal(test.runs.main.reported().name, 'by update');
  });
});
