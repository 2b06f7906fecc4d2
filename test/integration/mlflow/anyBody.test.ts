import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EndpointOfTests } from './mlflowClient.ts';

const paths = [
  'runs/create',
  'runs/update',
  'runs/log-metric',
  'runs/log-batch',
  'runs/log-inputs',
  'runs/log-model',
  'runs/outputs',
  'runs/search',
  'runs/set-tag',
  'experiments/create',
  'experiments/search',
  'logged-models',
  'logged-models/search',
  'registered-models/create',
  'model-versions/create',
];
const names = [
  ...[
    'run_id',
    'run_uuid',
    'experiment_id',
    'experiment_ids',
    'name',
    'key',
    'value',
    'timestamp',
    'step',
    'status',
  ],
  ...[
    'metrics',
    'params',
    'tags',
    'datasets',
    'dataset',
    'models',
    'model_id',
    'filter',
    'order_by',
    'source',
    'digest',
  ],
  ...['end_time', 'run_name', 'model_json', 'max_results', 'page_token', '__proto__', 'constructor'],
];

describe('the MLflow endpoint: any body', () => {
  it('answers in MLflow’s shape, and never with a fault of its own', async function () {
    this.timeout(120_000);
    await using test = await EndpointOfTests.open();
    const run = await test.createRun();
    const leaf = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.double(),
      fc.constantFrom(run, '0', 'NaN', 'RUNNING', "metrics.a > '1", '[]', null, true, -1),
    );
    const { value } = fc.letrec(tie => ({
      value: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('object'), { maxLength: 3 }), tie('object')),
      object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 6 }),
    }));
    const body = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 8 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), body, fc.boolean(), async (path, fields, known) => {
        const answer = await test.post(path, known ? { ...fields, run_id: run } : fields);
        assert.ok([200, 400, 404].includes(answer.status), `${path}: ${answer.status}`);
        assert.equal(typeof answer.body, 'object');
        if (answer.status !== 200)
          assert.match(String((answer.body as { error_code: unknown }).error_code), /^[A-Z_]+$/);
      }),
      { numRuns: 400 },
    );
    assert.deepEqual(test.problems, []);
    await test.reopen();
    assert.equal((await test.get('runs/get', { run_id: run })).status, 200);
    assert.deepEqual(test.problems, []);
  });
});
