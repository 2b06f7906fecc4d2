import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { importOutputSchema } from '../../../src/cli/output/importOutput.ts';
import { metricsPreviewOutputSchema } from '../../../src/cli/output/metricsPreviewOutput.ts';
import { runsOutputSchema } from '../../../src/cli/output/runsOutput.ts';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';
import { fileStore } from '../../unit/imports/mlflow/fileStore.ts';

describe('lockstep import', () => {
  let project: CliProject;
  before(async () => {
    project = await cliProject({ 'train.py': '' });
    const commit = (await project.repository.git('rev-parse', 'HEAD')).trim();
    fileStore(join(project.root, 'mlruns'), {
      top: {
        metrics: { loss: '1700000001000 0.5 0\n' },
        tags: { team: 'vision', 'mlflow.source.git.commit': commit, 'mlflow.source.name': 'train.py' },
        artifacts: { 'a.txt': 'x' },
      },
      kid: { tags: { 'mlflow.parentRunId': 'top' }, meta: { status: 1, start_time: 1_700_000_001_000 } },
      gone: { meta: { lifecycle_stage: 'deleted' } },
    });
  });
  after(() => project[Symbol.asyncDispose]());

  it('tells the kind from the path, and says what it did', async () => {
    const first = await project.lockstep(['import', 'mlruns']);
    assert.equal(first.stderr, '  gone: the run was deleted in MLflow\n');
    assert.equal(first.stdout, '2 runs imported from MLflow, 1 left out.\n');
    assert.equal(first.code, 0);
    const { code, document } = await project.json(['import', 'mlruns', 'mlruns', '--json']);
    const told = importOutputSchema.parse(document);
    assert.deepEqual([code, told.imported, told.renewed, told.unchanged.length], [0, [], [], 2]);
  });

  it('lists child runs when asked for', async () => {
    const listed = async (...words: string[]): Promise<(string | undefined)[]> => {
      const { document } = await project.json(['runs', '--json', ...words]);
      return runsOutputSchema.parse(document).runs.map(run => run.name);
    };
    assert.deepEqual(await listed(), ['name of top']);
    assert.deepEqual(await listed('--children'), ['name of kid', 'name of top']);
    assert.deepEqual(await listed('--filter', 'child'), ['name of kid']);
    assert.match((await project.lockstep(['runs'])).stdout, /CHILD RUNS[\s\S]*name of top +1 /);
  });

  it('shows where a run came from, and what its program said', async () => {
    const { stdout } = await project.lockstep(['show', '@1'], { env: { COLUMNS: '200' } });
    assert.match(stdout, /imported +from MLflow: top in .*mlruns/);
    assert.match(stdout, /code +[0-9a-f]{10} on no branch.*not exact: MLflow noted the commit/);
    assert.match(stdout, /Tags of the program\n {2}team = vision/);
    assert.match(stdout, /Child runs\n {2}\w{6} lost {2}name of kid/);
    assert.match(stdout, /Artifacts\n {2}artifacts\/a\.txt {2}1 bytes/);
    const shown = showOutputSchema.parse((await project.json(['show', '@1', '--json'])).document);
    assert.deepEqual(
      shown.childRuns.map(({ state, name }) => [state, name]),
      [['lost', 'name of kid']],
    );
    assert.deepEqual(shown.artifacts, [{ path: 'artifacts/a.txt', kind: 'file', size: 1 }]);
    assert.equal(shown.plan?.origin?.id, 'top');
  });

  it('tells what of printed lines would become metrics', async () => {
    const print = 'print("epoch: 1, loss: 0.5"); print("hello")';
    const { document } = await project.json(['run', '--json', '--', 'python3', '-c', print]);
    const { id } = document as { id: string };
    const told = await project.json(['metrics', id, '--preview-lines', '--json']);
    const { lines } = metricsPreviewOutputSchema.parse(told.document);
    assert.deepEqual(
      lines.map(({ key, value }) => [key, value]),
      [['loss', 0.5]],
    );
    assert.match(
      (await project.lockstep(['metrics', id, '--preview-lines'])).stdout,
      /loss +0\.5 +1 +1 +epoch: 1/,
    );
    await project.lockstep(['remove', id]);
  });

  const refusals: readonly [what: string, words: string[], code: number, error: string][] = [
    ['to run an imported run again', ['rerun', '@1'], 3, 'run-imported'],
    ['to reproduce one', ['reproduce', '@1'], 3, 'run-imported'],
    [
      'to cancel one, also when it is not known how it ended',
      ['cancel', 'name of kid'],
      2,
      'run-already-ended',
    ],
    ['what is no kind', ['import', 'excel', '.'], 2, 'wrong-use'],
    ['what is nothing to import', ['import', 'empty'], 2, 'import-kind-unknown'],
    ['what holds no runs', ['import', 'tensorboard', 'empty'], 2, 'nothing-to-import'],
    ['what is not there', ['import', 'mlruns', 'nowhere'], 2, 'import-path-unreadable'],
    ['what is no database', ['import', 'mlflow.db', 'train.py'], 2, 'database-not-sqlite'],
  ];
  for (const [what, words, code, error] of refusals)
    it(`refuses ${what}`, async () => {
      mkdirSync(join(project.root, 'empty'), { recursive: true });
      const outcome = await project.json([...words, '--json']);
      assert.equal(outcome.code, code);
      assert.equal((outcome.document as { error: { code: string } }).error.code, error);
    });
});
