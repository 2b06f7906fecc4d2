import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { EndpointOfTests } from './mlflowClient.ts';

describe('the MLflow endpoint: after a change of supervisor', () => {
  it('knows everything on the same port', async () => {
    await using test = await EndpointOfTests.open();
    const { uri } = test.endpoint;
    await test.post('experiments/create', { name: 'mine', tags: [{ key: 'a', value: 'b' }] });
    const main = await test.createRun({ experiment_id: '1', run_name: 'main' });
    const child = await test.createRun({ tags: [{ key: 'mlflow.parentRunId', value: main }] });
    const rank = await test.createRun({ tags: [{ key: 'lockstep.rank', value: '1' }] });
    for (const run of [main, child, rank])
      await test.post('runs/log-batch', {
        run_id: run,
        metrics: [0, 1, 2].map(step => ({
          key: 'loss',
          value: step === 2 ? 'NaN' : step,
          timestamp: step,
          step,
        })),
        params: [{ key: '__proto__', value: 'odd' }],
        tags: [{ key: 'tag', value: run }],
      });
    await test.post('runs/log-inputs', {
      run_id: main,
      datasets: [
        {
          tags: [{ key: 'mlflow.data.context', value: 'training' }],
          dataset: { name: 'digits', digest: 'abc', source_type: 'local', source: '{}' },
        },
      ],
    });
    const { body } = await test.post('logged-models', {
      experiment_id: '1',
      name: 'net',
      source_run_id: main,
    });
    const model = (body as { model: { info: { model_id: string } } }).model.info.model_id;
    await test.post(`logged-models/${model}`, { model_id: model, status: 'LOGGED_MODEL_READY' }, 'PATCH');
    await test.post('registered-models/create', { name: 'best' });
    await test.post('model-versions/create', { name: 'best', source: `models:/${model}` });
    await test.post('registered-models/alias', { name: 'best', alias: 'champion', version: '1' });

    const questions: [string, Record<string, string>][] = [
      ...[main, child, rank].flatMap((run): [string, Record<string, string>][] => [
        ['runs/get', { run_id: run }],
        ['metrics/get-history', { run_id: run, metric_key: 'loss' }],
      ]),
      ['experiments/get-by-name', { experiment_name: 'mine' }],
      [`logged-models/${model}`, {}],
      ['registered-models/alias', { name: 'best', alias: 'champion' }],
      ['registered-models/get', { name: 'best' }],
    ];
    const ask = (): Promise<unknown[]> =>
      Promise.all(questions.map(async ([path, query]) => (await test.get(path, query)).body));
    const before = await ask();
    // A supervisor that died in the middle of a line.
    appendFileSync(test.journal, '{"event":"tags","run":');
    await test.reopen();
    assert.equal(test.endpoint.uri, uri);
    assert.deepEqual(await ask(), before);
    await test.post('runs/set-tag', { run_id: main, key: 'after', value: 'yes' });
    await test.reopen();
    assert.equal(test.runs.main.reported().tags['after'], 'yes');
    assert.deepEqual(test.runs.main.reported().models, [
      { id: model, name: 'net', path: `models/${model}`, registeredAs: 'best', version: '1' },
    ]);
  });

  it('ends a child run again that was logged to after its end just before', async () => {
    await using test = await EndpointOfTests.open();
    const main = await test.createRun();
    const child = await test.createRun({ tags: [{ key: 'mlflow.parentRunId', value: main }] });
    await test.post('runs/update', { run_id: child, status: 'FINISHED', end_time: 1_770_000_000_500 });
    const [before] = test.runs.children.values();
    assert.equal(before?.ended, true);
    // What a killed supervisor leaves: the result is taken away while the run goes on for a moment.
    before.resume();
    await test.reopen();
    const [after] = test.runs.children.values();
    assert.deepEqual(after?.ends, [{ state: 'finished', endedAt: 1_770_000_000_500 }]);
    await test.reopen();
    assert.deepEqual([...test.runs.children.values()][0]?.ends, [], 'a result is not written again');
  });

  it('takes what is sent a second time once', async () => {
    await using test = await EndpointOfTests.open();
    const fields = { experiment_id: '0', start_time: 5, tags: [{ key: 'mlflow.user', value: 'me' }] };
    const run = await test.createRun(fields);
    await test.reopen();
    assert.equal(await test.createRun(fields), run, 'the answer was lost, not the run');
    const batch = { run_id: run, metrics: [{ key: 'a', value: 1, timestamp: 9, step: 1 }] };
    await test.post('runs/log-batch', batch);
    await test.post('runs/log-batch', batch);
    await test.reopen();
    await test.post('runs/log-batch', batch);
    await test.post('runs/log-batch', {
      run_id: run,
      metrics: [{ key: 'a', value: 2, timestamp: 8, step: 0 }],
    });
    assert.deepEqual(await test.runs.main.metricsAsText(), ['a: 1=1 0=2']);
    assert.notEqual(await test.createRun(fields), run, 'a run that is used was answered');
  });
});
