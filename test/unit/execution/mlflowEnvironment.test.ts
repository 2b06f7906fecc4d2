import assert from 'node:assert/strict';
import { childEnvironment } from '../../../src/execution/childEnvironment.ts';
import {
  hasOwnTrackingUri,
  mlflowEnvironment,
  withoutOuterMlflow,
} from '../../../src/execution/mlflowEnvironment.ts';

const ours = 'http://127.0.0.1:1/secret';
const outer = {
  ...mlflowEnvironment({ MLFLOW_TRACKING_URI: ours }),
  MLFLOW_RUN_CONTEXT: '{"lockstep.run": "outer", "team": "vision", "lockstep.rank": "1"}',
};

describe('mlflowEnvironment', () => {
  const table: [string, Record<string, string>, Record<string, string>][] = [
    ['keeps what has nothing to do with it', { HOME: '/h' }, { HOME: '/h' }],
    ['keeps a server of the user', { MLFLOW_TRACKING_URI: 'file:x' }, { MLFLOW_TRACKING_URI: 'file:x' }],
    ['takes an outer run away, what the user said stays', outer, { MLFLOW_RUN_CONTEXT: '{"team":"vision"}' }],
    [
      'keeps a server that the program of the outer run chose',
      { ...outer, MLFLOW_TRACKING_URI: 'file:x', MLFLOW_RUN_CONTEXT: '{"lockstep.run":"outer"}' },
      { MLFLOW_TRACKING_URI: 'file:x' },
    ],
    [
      'keeps a context that it does not understand',
      { ...outer, MLFLOW_RUN_CONTEXT: '{' },
      { MLFLOW_RUN_CONTEXT: '{' },
    ],
  ];
  for (const [name, environment, expected] of table)
    it(name, () => assert.deepEqual(withoutOuterMlflow(environment), expected));

  it('tells a server of the user from none', () => {
    assert.equal(hasOwnTrackingUri({ MLFLOW_TRACKING_URI: 'databricks' }), true);
    assert.equal(hasOwnTrackingUri({ MLFLOW_TRACKING_URI: '' }), false);
    assert.equal(hasOwnTrackingUri(withoutOuterMlflow(outer)), false);
  });

  it('stands in the environment of the command only where it was asked for', () => {
    const options = { runId: 'R', metricsFile: '/m', colour: false };
    const variables = mlflowEnvironment({ MLFLOW_TRACKING_URI: 'http://127.0.0.1:2/x' });
    const environment = childEnvironment(outer, { ...options, mlflow: variables });
    assert.equal(environment['MLFLOW_TRACKING_URI'], 'http://127.0.0.1:2/x');
    assert.equal(environment['MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT'], 'true');
    assert.equal(childEnvironment(outer, options)['MLFLOW_TRACKING_URI'], undefined);
  });
});
