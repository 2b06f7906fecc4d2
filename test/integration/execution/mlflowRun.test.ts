/** What a program logs with MLflow arrives in its run, with nothing set up, and whatever happens to the supervisor. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mlflowOnOwnServer } from '../../../src/execution/mlflowElsewhere.ts';
import { readProcessRecord } from '../../../src/execution/runEnd.ts';
import { hasOwnMlflowServer } from '../../../src/runs/ownMlflowServer.ts';
import type { Plan } from '../../../src/runs/plan.ts';
import { planSchema } from '../../../src/runs/plan.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { killProcess } from '../../helpers/killProcess.ts';
import { commandLine, readJson, testRuns } from '../../helpers/testRuns.ts';
import type { TestRuns } from '../../helpers/testRuns.ts';
import { mlflowScript } from '../../helpers/mlflowScript.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const uriOf = ['python3', '-c', 'import os; print(os.environ.get("MLFLOW_TRACKING_URI", "none"))'];

describe('a run whose program logs with MLflow', () => {
  let runs: TestRuns;
  before(async () => {
    runs = await testRuns();
    await runs.write({ 'flow.py': mlflowScript });
  });
  after(() => runs[Symbol.asyncDispose]());

  const planOf = async (path: string): Promise<Plan> => planSchema.parse(await readJson(path));

  it('shows its metrics, parameters, tags and child runs as if it had been told', async () => {
    await runs.write({
      'sweep.py': [
        'from flow import *',
        'main = start_run("sweep")',
        'log_param(main, "trials", 2)',
        'set_tag(main, "team", "vision")',
        'for trial in range(2):',
        '    child = start_run("trial %d" % trial, main)',
        '    log_param(child, "lr", 0.1 * (trial + 1))',
        '    for step in range(3):',
        '        log_metric(child, "loss", 1 / (step + 1), step)',
        '    end_run(child, "FINISHED" if trial == 0 else "FAILED")',
        'left = start_run("left open", main)',
        'log_metric(main, "best", 0.25, 0)',
        'print(\'{"step": 0, "printed": 1}\', flush=True)',
        'end_run(main)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'sweep.py']);
    const { state, result } = await run.ended();
    assert.equal(state, 'finished', await readFile(run.paths.stderr, 'utf8'));
    assert.deepEqual(result?.warnings, []);
    assert.deepEqual(Object.keys(result.metrics).sort(), ['best', 'printed']);
    assert.equal(result.reportedParameters['trials']?.source, 'reported');
    assert.equal(result.reported?.tags['team'], 'vision');
    assert.equal(result.reported.childRuns, 3);

    const plan = await planOf(run.paths.plan);
    assert.equal(plan.mlflow, 'endpoint');
    assert.deepEqual(
      Object.keys(plan.variables).filter(name => name.includes('MLFLOW')),
      [],
    );
    assert.equal(existsSync(run.paths.endpoint), false, 'the address is given up at the end');
    const children = (await new RunStore(runs.store).list())
      .filter(one => one.parent === run.id)
      .toReversed();
    assert.deepEqual(
      children.map(({ name, state, metrics }) => [name, state, metrics['loss']?.count]),
      [
        ['trial 0', 'finished', 3],
        ['trial 1', 'failed', 3],
        ['left open', 'finished', undefined],
      ],
    );
    const first = await new RunStore(runs.store).read(children[0]?.id ?? '');
    assert.equal(first.plan?.host, plan.host);
    assert.ok(Number(first.reported?.parameters['lr']) > 0);
  });

  it('speaks for itself where Lockstep was started as one process of something bigger', async () => {
    await runs.write({
      'ranked.py': [
        'import os, subprocess, sys',
        'from flow import *',
        'run = start_run("mine" if len(sys.argv) == 1 else None)',
        'log_param(run, "rank_of_launch", os.environ["RANK"])',
        'log_metric(run, "loss", 1, 0)',
        'end_run(run)',
        'if len(sys.argv) == 1:',
        '    subprocess.run([sys.executable, *sys.argv, "worker"], env=dict(os.environ, RANK="2"), check=True)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'ranked.py'], {
      variables: { ...runs.environment, RANK: '1', WORLD_SIZE: '4' },
    });
    const { result } = await run.ended();
    assert.equal(result?.reported?.name, 'mine', await readFile(run.paths.stderr, 'utf8'));
    assert.equal(result.reportedParameters['rank_of_launch']?.value, 1);
    const { series } = await readMetricLogs(run.paths.dir);
    assert.deepEqual(
      series.map(({ key, rank }) => [key, rank]),
      [
        ['loss', null],
        ['loss', 2],
      ],
    );
  });

  it('goes on at the same address with the same runs when the supervisor is killed', async () => {
    const go = join(runs.root, 'go on');
    await runs.write({
      'long.py': [
        'import sys',
        'from flow import *',
        'main = start_run()',
        'child = start_run("trial", main)',
        'step = 0',
        'while not os.path.exists(sys.argv[1]):',
        '    log_metric(main, "loss", step, step)',
        '    log_metric(child, "acc", step, step)',
        '    step += 1',
        'end_run(child)',
        'end_run(main)',
        'open("count", "w").write(str(step))',
        'sys.exit(3)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'long.py', go]);
    await run.started();
    const details = async () => new RunStore(runs.store).read(run.id);
    const countOf = async (id: string, key: string): Promise<number> =>
      (await new RunStore(runs.store).summary(id)).metrics[key]?.count ?? 0;
    const child = await waitFor('the child run', async () =>
      (await new RunStore(runs.store).list()).find(one => one.parent === run.id),
    );
    const address = await readFile(run.paths.endpoint, 'utf8');
    assert.equal((await stat(run.paths.endpoint)).mode & 0o777, 0o600);
    for (let round = 0; round < 2; round++) {
      const before = await countOf(run.id, 'loss');
      await waitFor('metrics', async () => (await countOf(run.id, 'loss')) > before + 5);
      const { supervisor } = (await readProcessRecord(run.paths)) ?? {};
      killProcess(supervisor?.pid);
      await waitFor('another supervisor', async () => {
        const now = await readProcessRecord(run.paths);
        return now?.supervisor.pid !== supervisor?.pid && now?.watchdog !== undefined;
      });
      assert.equal((await details()).state, 'running');
      assert.equal((await new RunStore(runs.store).summary(child.id)).state, 'running');
    }
    const before = await countOf(run.id, 'loss');
    await waitFor('metrics again', async () => (await countOf(run.id, 'loss')) > before + 5);
    assert.equal(await readFile(run.paths.endpoint, 'utf8'), address);
    await writeFile(go, '');
    const { state, result } = await run.ended();
    // It was nobody's child when it ended; the program itself said that it went well, and that is what is known.
    assert.deepEqual([state, result?.exitCode], ['finished', undefined]);
    assert.match(result?.warnings.join(' ') ?? '', /exit code is not known/);
    const count = Number(await readFile(join(runs.root, 'count'), 'utf8'));
    const steps = Array.from({ length: count }, (_, step) => step);
    for (const [id, key] of [
      [run.id, 'loss'],
      [child.id, 'acc'],
    ] as const) {
      const { series } = await readMetricLogs(runPaths(runs.store, id).dir);
      assert.deepEqual([...(series.find(one => one.key === key)?.steps ?? [])], steps);
    }
    assert.equal((await new RunStore(runs.store).summary(child.id)).state, 'finished');
  });

  it('logs where the user said, when they did', async () => {
    const run = await runs.launch(uriOf, {
      variables: { ...runs.environment, MLFLOW_TRACKING_URI: 'http://their.server' },
    });
    await run.ended();
    assert.equal(await readFile(run.paths.stdout, 'utf8'), 'http://their.server\n');
    assert.equal((await planOf(run.paths.plan)).mlflow, 'own-server');
  });

  it('is told when the program logs elsewhere by itself', async () => {
    const run = await runs.launch([
      ...['sh', '-c', 'mkdir -p mlruns/0 && echo "name: Default" > mlruns/0/meta.yaml'],
    ]);
    const { result } = await run.ended();
    assert.match(result?.warnings.join() ?? '', /lockstep import mlruns mlruns/);
  });

  it('says of a program that sets a server of its own that nothing of it arrives', async () => {
    await runs.write({
      'own/mlflow/__init__.py': 'import os\n',
      'elsewhere.py': 'import os, mlflow\nos.environ["MLFLOW_TRACKING_URI"] = "http://their.server"\n',
    });
    const run = await runs.launch(['python3', 'elsewhere.py'], {
      variables: { ...runs.environment, PYTHONPATH: join(runs.root, 'own') },
    });
    const { result } = await run.ended();
    assert.deepEqual(result?.warnings, [mlflowOnOwnServer]);
    const details = await waitFor('what was captured', async () => {
      const found = await new RunStore(runs.store).read(run.id);
      return found.captured !== undefined && found;
    });
    assert.equal(hasOwnMlflowServer(details), true);
  });

  it('is left alone when tracking is switched off', async () => {
    const run = await runs.launch(uriOf, { track: false });
    await run.ended();
    assert.equal(await readFile(run.paths.stdout, 'utf8'), 'none\n');
    assert.equal((await planOf(run.paths.plan)).mlflow, undefined);
  });

  it('has an endpoint of its own when it is started from within another run', async () => {
    const run = await runs.launch([
      ...['sh', '-c', 'echo "$MLFLOW_TRACKING_URI"; exec "$0" "$@"'],
      ...[process.execPath, commandLine, 'run', '--', ...uriOf],
    ]);
    const end = await run.ended();
    assert.equal(end.state, 'finished', await readFile(run.paths.stderr, 'utf8'));
    const [outer, inner] = (await readFile(run.paths.stdout, 'utf8')).split('\n');
    assert.match(outer ?? '', /^http:\/\/127\.0\.0\.1:/);
    assert.match(inner ?? '', /^http:\/\/127\.0\.0\.1:/);
    assert.notEqual(outer, inner);
  });
});
