import assert from 'node:assert/strict';
import { EndpointOfTests, type Answer } from './mlflowClient.ts';

function codeOf({ status, body }: Answer): string {
  return `${status} ${(body as { error_code: string }).error_code}`;
}

describe('the MLflow endpoint: experiments, models, the registry', () => {
  it('has the default experiment, and refuses a name twice', async () => {
    await using test = await EndpointOfTests.open();
    const { body } = await test.get('experiments/get', { experiment_id: '0' });
    assert.equal((body as { experiment: { name: string } }).experiment.name, 'Default');
    assert.equal(
      codeOf(await test.get('experiments/get-by-name', { experiment_name: 'x' })),
      '404 RESOURCE_DOES_NOT_EXIST',
    );
    assert.deepEqual((await test.post('experiments/create', { name: 'x' })).body, { experiment_id: '1' });
    assert.equal(codeOf(await test.post('experiments/create', { name: 'x' })), '400 RESOURCE_ALREADY_EXISTS');
    await test.post('experiments/update', { experiment_id: '1', new_name: 'y' });
    await test.post('experiments/set-experiment-tag', { experiment_id: '1', key: 'k', value: 'v' });
    await test.post('experiments/delete', { experiment_id: '1' });
    const search = async (fields: object): Promise<string[]> => {
      const { body: found } = await test.post('experiments/search', fields);
      return (found as { experiments: { name: string }[] }).experiments.map(({ name }) => name);
    };
    assert.deepEqual(await search({}), ['Default']);
    assert.deepEqual(await search({ view_type: 'DELETED_ONLY' }), ['y']);
    assert.deepEqual(await search({ view_type: 'ALL', filter: "tags.k = 'v' AND name LIKE 'y%'" }), ['y']);
    assert.deepEqual(await search({ view_type: 'ALL', order_by: ['name DESC'] }), ['y', 'Default']);
  });

  it('refuses a changed parameter, and takes the same one again', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    const log = (value: string): Promise<Answer> =>
      test.post('runs/log-parameter', { run_id: run, key: 'p', value });
    assert.equal((await log('1')).status, 200);
    assert.equal((await log('1')).status, 200);
    assert.equal(codeOf(await log('2')), '400 INVALID_PARAMETER_VALUE');
    const both = {
      run_id: run,
      params: [{ key: 'p', value: '3' }],
      metrics: [{ key: 'm', value: 1, timestamp: 1 }],
    };
    assert.equal(codeOf(await test.post('runs/log-batch', both)), '400 INVALID_PARAMETER_VALUE');
    assert.deepEqual(await test.runs.main.metricsAsText(), ['m: 0=1'], 'the metrics of a refused batch');
    assert.deepEqual(test.runs.main.reported().parameters, { p: 1 });
  });

  it('deletes and restores runs for searches, not in the record', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    const search = async (view?: string): Promise<number> => {
      const { body } = await test.post('runs/search', { experiment_ids: ['0'], run_view_type: view });
      return (body as { runs: unknown[] }).runs.length;
    };
    await test.post('runs/delete', { run_id: run });
    assert.deepEqual([await search(), await search('DELETED_ONLY'), await search('ALL')], [0, 1, 1]);
    await test.post('runs/restore', { run_id: run });
    assert.equal(await search(), 1);
  });

  it('does not double the metrics that MLflow 3 sends again with a model', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    const { body } = await test.post('logged-models', {
      experiment_id: '0',
      name: 'net',
      source_run_id: run,
    });
    const model = (body as { model: { info: { model_id: string } } }).model.info.model_id;
    const metrics = [0, 1].map(step => ({ key: 'acc', value: step / 2, timestamp: 10 + step, step }));
    await test.post('runs/log-batch', { run_id: run, metrics });
    const again = metrics.map(metric => ({ ...metric, model_id: model, run_id: run }));
    await test.post('runs/log-batch', { run_id: run, metrics: again });
    await test.post('runs/outputs', { run_id: run, models: [{ model_id: model, step: 1 }] });
    await test.reopen();
    await test.post('runs/log-batch', { run_id: run, metrics: again });
    assert.deepEqual(await test.runs.main.metricsAsText(), ['acc: 0=0 1=0.5']);
    const { body: found } = await test.post('logged-models/search', {
      experiment_ids: ['0'],
      filter: "metrics.acc > 0.4 AND name = 'net'",
      order_by: [{ field_name: 'metrics.acc', ascending: false }],
    });
    const [only] = (found as { models: { data: { metrics: unknown } }[] }).models;
    assert.deepEqual(only?.data.metrics, [
      { key: 'acc', value: 0.5, timestamp: 11, step: 1, run_id: run, model_id: model },
    ]);
    assert.deepEqual(test.runs.main.reported().models, [
      { id: model, name: 'net', path: `models/${model}`, step: 1 },
    ]);
  });

  it('registers models of MLflow 2 and 3', async () => {
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    await test.post('runs/log-model', {
      run_id: run,
      model_json: JSON.stringify({ artifact_path: 'older', model_uuid: 'u1' }),
    });
    assert.equal(
      codeOf(await test.get('registered-models/get', { name: 'best' })),
      '404 RESOURCE_DOES_NOT_EXIST',
    );
    await test.post('registered-models/create', { name: 'best', description: 'd' });
    assert.equal(
      codeOf(await test.post('registered-models/create', { name: 'best' })),
      '400 RESOURCE_ALREADY_EXISTS',
    );
    for (const source of [`mlflow-artifacts:/0/${run}/artifacts/older`, 's3://somewhere/else'])
      await test.post('model-versions/create', { name: 'best', source, run_id: run });
    await test.post('model-versions/transition-stage', { name: 'best', version: '1', stage: 'Production' });
    await test.post('registered-models/alias', { name: 'best', alias: 'a', version: '2' });
    await test.post('model-versions/set-tag', { name: 'best', version: '2', key: 'k', value: 'v' });
    await test.post('registered-models/rename', { name: 'best', new_name: 'better' });
    const { body: aliased } = await test.get('registered-models/alias', { name: 'better', alias: 'a' });
    const { version, status, source, tags, aliases } = (aliased as { model_version: Record<string, unknown> })
      .model_version;
    assert.deepEqual(
      { version, status, source, tags, aliases },
      {
        version: '2',
        status: 'READY',
        source: 's3://somewhere/else',
        tags: [{ key: 'k', value: 'v' }],
        aliases: ['a'],
      },
    );
    const { body: found } = await test.get('model-versions/search', {
      filter: `run_id = '${run}' and version_number < 2`,
    });
    assert.deepEqual(
      (found as { model_versions: Record<string, unknown>[] }).model_versions.map(one => [
        one['name'],
        one['version'],
        one['current_stage'],
      ]),
      [['better', '1', 'Production']],
    );
    assert.deepEqual(test.runs.main.reported().models, [
      { id: 'u1', name: 'older', path: 'artifacts/older', registeredAs: 'best', version: '1' },
      { id: 'best/2', name: 'best', registeredAs: 'best', version: '2' },
    ]);
    await test.post('model-versions/delete', { name: 'better', version: '2' }, 'DELETE');
    assert.equal(
      codeOf(await test.get('model-versions/get', { name: 'better', version: '2' })),
      '404 RESOURCE_DOES_NOT_EXIST',
    );
  });
});
