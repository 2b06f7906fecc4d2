import assert from 'node:assert/strict';
import { EndpointOfTests, type Answer } from './mlflowClient.ts';

describe('the MLflow endpoint: logging', () => {
  it('takes the first run for the run itself: metrics, parameters, tags, name, note, state', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun({
      run_name: 'first try',
      tags: [
        { key: 'mlflow.user', value: 'someone' },
        { key: 'mlflow.source.name', value: 'train.py' },
        { key: 'mlflow.note.content', value: 'a note' },
        { key: 'stage', value: 'dev' },
      ],
    });
    assert.match(run, /^[0-9a-f]{32}$/);
    for (const [step, value] of [
      [0, 1.5],
      [-1, 'NaN'],
      [1, '-Infinity'],
    ])
      assert.deepEqual(
        await test.post('runs/log-metric', {
          run_id: run,
          run_uuid: run,
          key: 'loss',
          value,
          timestamp: 7,
          step,
        }),
        { status: 200, body: {} },
      );
    await test.post('runs/log-parameter', { run_id: run, key: 'lr', value: '0.1' });
    await test.post('runs/log-batch', {
      run_id: run,
      metrics: [{ key: 'accuracy', value: 0.5, timestamp: 8, step: 1 }],
      params: [{ key: 'bias', value: 'True' }],
      tags: [{ key: 'stage', value: 'done' }],
    });
    await test.post('runs/update', { run_id: run, status: 'FINISHED', end_time: 9 });

    const { main, children } = test.runs;
    assert.deepEqual(await main.metricsAsText(), ['loss: 0=1.5 -1=NaN 1=-Infinity', 'accuracy: 1=0.5']);
    const { name, note, parameters, tags, state } = main.reported();
    assert.deepEqual(
      { name, note, parameters, tags, state },
      {
        name: 'first try',
        note: 'a note',
        parameters: { lr: 0.1, bias: true },
        tags: { stage: 'done' },
        state: 'finished',
      },
    );
    assert.equal(children.size, 0);
    assert.deepEqual(test.problems, []);
  });

  it('reads a run back', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun({ run_name: 'back' });
    await test.post('runs/log-metric', { run_id: run, key: 'loss', value: 'NaN', timestamp: 7, step: 2 });
    await test.post('runs/log-metric', { run_id: run, key: 'loss', value: 3, timestamp: 8, step: 1 });
    const { body } = await test.get('runs/get', { run_id: run });
    const { info, data } = (body as { run: { info: Record<string, unknown>; data: unknown } }).run;
    assert.deepEqual(
      [info['run_id'], info['run_name'], info['experiment_id'], info['status'], info['lifecycle_stage']],
      [run, 'back', '0', 'RUNNING', 'active'],
    );
    assert.deepEqual(data, {
      metrics: [{ key: 'loss', value: 'NaN', timestamp: 7, step: 2 }],
      params: [],
      tags: [{ key: 'mlflow.runName', value: 'back' }],
    });
    assert.deepEqual((await test.get('metrics/get-history', { run_id: run, metric_key: 'loss' })).body, {
      metrics: [
        { key: 'loss', value: 'NaN', timestamp: 7, step: 2 },
        { key: 'loss', value: 3, timestamp: 8, step: 1 },
      ],
    });
  });

  it('takes what several clients send at once, each point once', async () => {
    await using test = await EndpointOfTests.open();
    const runs = await Promise.all([0, 1, 2, 3].map(() => test.createRun()));
    const steps = Array.from({ length: 50 }, (_, step) => step);
    const batch = (run: string, step: number): Promise<Answer> =>
      test.post('runs/log-batch', {
        run_id: run,
        metrics: ['a', 'b'].map(key => ({ key, value: step, timestamp: step, step })),
        params: [{ key: `p${step}`, value: run }],
      });
    // Every request twice, as clients do whose first answer was late.
    const answers = await Promise.all(
      runs.flatMap(run => steps.flatMap(step => [batch(run, step), batch(run, step)])),
    );
    assert.ok(answers.every(({ status }) => status === 200));
    const all = [test.runs.main, ...test.runs.children.values()];
    assert.equal(all.length, 4);
    for (const run of all) {
      assert.deepEqual(
        (await run.series()).map(({ key, steps: seen }) => [key, [...seen].sort((a, b) => a - b)]),
        [
          ['a', steps],
          ['b', steps],
        ],
      );
      assert.equal(Object.keys(run.reported().parameters).length, 50);
    }
  });

  it('gives a long history in pages, in the order of time', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    const metrics = Array.from({ length: 1000 }, (_, index) => ({
      key: 'loss',
      value: index,
      timestamp: 1000 - index,
      step: index,
    }));
    await test.post('runs/log-batch', { run_id: run, metrics });
    const values: number[] = [];
    let token = '';
    do {
      const { body } = await test.get('metrics/get-history', {
        run_id: run,
        metric_key: 'loss',
        max_results: '300',
        ...(token === '' ? {} : { page_token: token }),
      });
      const page = body as { metrics: { value: number }[]; next_page_token?: string };
      assert.ok(page.metrics.length <= 300);
      values.push(...page.metrics.map(({ value }) => value));
      token = page.next_page_token ?? '';
    } while (token !== '');
    assert.deepEqual(values, metrics.map(({ value }) => value).reverse());
  });
});
