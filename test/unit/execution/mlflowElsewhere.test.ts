import assert from 'node:assert/strict';
import { mlflowElsewhere } from '../../../src/execution/mlflowElsewhere.ts';

describe('mlflowElsewhere', () => {
  const table: [string, string[], RegExp[]][] = [
    ['says nothing of other files', ['model.pt', 'mlruns.txt', 'my-mlruns/x', 'data/mlflow.db.txt'], []],
    [
      'names a folder once',
      ['mlruns/0/meta.yaml', 'mlruns/0/a/meta.yaml'],
      [/logged to mlruns .*lockstep import mlruns mlruns$/],
    ],
    ['names a folder further down', ['out/mlruns'], [/lockstep import mlruns out\/mlruns$/]],
    ['names a database', ['/tmp/a b/mlflow.db'], [/lockstep import mlflow\.db '\/tmp\/a b\/mlflow\.db'$/]],
  ];
  for (const [name, paths, expected] of table)
    it(name, () => {
      const warnings = mlflowElsewhere(paths.map(path => ({ path })));
      assert.equal(warnings.length, expected.length);
      expected.forEach((pattern, index) => assert.match(warnings[index] ?? '', pattern));
    });
});
