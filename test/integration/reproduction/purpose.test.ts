/** Reproductions that attest nothing: what a probe and a trial are made of. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readProcessRecord } from '../../../src/execution/runEnd.ts';
import { supervisorLives } from '../../../src/runs/runState.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { startReproduction, storeOf } from '../../helpers/reproducedRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('a reproduction for a probe or a trial', function () {
  this.timeout(180_000);

  it('runs with the asked variables, leaves metrics and hashes, no verdict, and no place in the list', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os
print(json.dumps({'step': 0, 'loss': float(os.environ.get('OMP_NUM_THREADS', '0'))}))
open('model.txt', 'w').write(os.environ.get('SECOND', 'unset'))
`,
    });
    const env = { OMP_NUM_THREADS: '2', SECOND: 'here' };
    const { code } = await project.lockstep(['run', '--name', 'base', '--', 'python3', 'train.py'], { env });
    assert.equal(code, 0);
    const runs = storeOf(project);
    const variables = { OMP_NUM_THREADS: '1', SECOND: null };
    const options = { purpose: 'trial' as const, variables };
    const launched = await startReproduction(project, 'base', options, env);
    await launched.ended();
    await waitFor('the supervisor to be done', async () => {
      const record = await readProcessRecord(launched.paths);
      return record === undefined || (await supervisorLives(record)) === 'gone';
    });
    const run = await runs.read(launched.id);
    assert.equal(run.result?.state, 'finished', JSON.stringify(run.result));
    assert.deepEqual([run.plan?.purpose, run.plan?.name], ['trial', 'base-trial']);
    assert.equal(run.result.metrics['loss']?.last, 1);
    assert.equal(run.plan?.variables['SECOND'], undefined);
    assert.deepEqual(
      run.result.outputs.map(({ path, sha256 }) => [path, sha256?.length]),
      [['model.txt', 64]],
    );
    const original = await runs.read(await runs.resolve('base'));
    assert.deepEqual(original.verdicts, []);
    assert.deepEqual(
      (await runs.list({ children: false })).map(({ name }) => name),
      ['base'],
    );
    assert.equal(await runs.resolve('@1'), original.id);
    const checkouts = join(project.repository.home, '.cache', 'lockstep', 'checkouts');
    await waitFor('the checkouts to go', async () => (await readdir(checkouts)).length === 0);
  });
});
