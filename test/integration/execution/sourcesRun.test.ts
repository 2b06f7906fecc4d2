/** Files that a program logs its metrics into are followed while it runs, and their end belongs to the run. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LaunchedRun } from '../../../src/execution/launchRun.ts';
import { readProcessRecord } from '../../../src/execution/runEnd.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { killProcess } from '../../helpers/killProcess.ts';
import { testRuns } from '../../helpers/testRuns.ts';
import type { TestRuns } from '../../helpers/testRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const training = `
import os, sys, time
os.makedirs("logs/version_0", exist_ok=True)
table = open("logs/version_0/metrics.csv", "w")
table.write("epoch,step,train_loss\\n")
step = 0
while not os.path.exists(sys.argv[1]):
    table.write("0,%d,%d.5\\n" % (step, step))
    table.flush()
    step += 1
    time.sleep(0.01)
table.write("0,%d,%d.5\\n" % (step, step))
open("count", "w").write(str(step + 1))
`;

describe('a run whose program writes a table of metrics', () => {
  let runs: TestRuns;
  before(async () => {
    runs = await testRuns();
    await runs.write({ 'train.py': training });
  });
  after(() => runs[Symbol.asyncDispose]());

  for (const killed of [false, true])
    it(`has each row once${killed ? ', also when its supervisor is killed' : ''}`, async () => {
      const stop = join(runs.root, `stop ${killed}`);
      const run = await runs.launch(['python3', 'train.py', stop]);
      await run.started();
      const stepsOf = async (): Promise<number[]> => {
        const { series } = await readMetricLogs(run.paths.dir);
        return [...(series.find(one => one.key.endsWith('train_loss'))?.steps ?? [])];
      };
      await waitFor('rows', async () => (await stepsOf()).length > 3);
      if (killed) {
        const { supervisor } = (await readProcessRecord(run.paths)) ?? {};
        killProcess(supervisor?.pid);
        const before = (await stepsOf()).length;
        await waitFor('more rows', async () => (await stepsOf()).length > before);
      }
      await writeFile(stop, '');
      const { state, result } = await run.ended();
      assert.equal(state, killed ? 'lost' : 'finished');
      assert.deepEqual(result?.warnings ?? [], []);
      const steps = await stepsOf();
      assert.deepEqual(
        steps,
        Array.from({ length: steps.length }, (_, step) => step),
      );
      assert.equal(steps.length, Number(await readFile(join(runs.root, 'count'), 'utf8')));
    });

  it('keeps apart what two runs in one folder write, seen by the hook or not', async () => {
    const table = `
import os, sys, time
with open(sys.argv[1], "w") as table:
    table.write("epoch,loss\\n")
    for step in range(1000000):
        table.write("%d,%s\\n" % (step, sys.argv[2]))
        table.flush()
        if os.path.exists(sys.argv[3]):
            break
        time.sleep(0.02)
`;
    await runs.write({ 'table.py': table });
    const stop = join(runs.root, 'stop both');
    const start = async (name: string, value: string, pythonHook: boolean): Promise<LaunchedRun> => {
      const run = await runs.launch(['python3', 'table.py', name, value, stop], { pythonHook });
      await waitFor(`rows of ${name}`, async () => {
        const [series] = (await readMetricLogs(run.paths.dir)).series;
        return (series?.values.length ?? 0) > 3;
      });
      return run;
    };
    const both = [await start('hooked.csv', '1', true), await start('held.csv', '2', false)];
    await writeFile(stop, '');
    for (const [index, run] of both.entries()) {
      const { result } = await run.ended();
      assert.deepEqual(result?.warnings, []);
      const { series } = await readMetricLogs(run.paths.dir);
      assert.deepEqual(
        series.map(({ key, values }) => [key, ...new Set(values)]),
        [['loss', index + 1]],
      );
      const outputs = result.outputs.map(({ path, how }) => `${path} ${how}`);
      assert.deepEqual(
        outputs.filter(line => !line.startsWith('stop')),
        [['hooked.csv seen', 'held.csv seen'][index]],
      );
    }
  });

  it('follows nothing when tracking is switched off', async () => {
    await writeFile(join(runs.root, 'stop now'), '');
    const run = await runs.launch(['python3', 'train.py', join(runs.root, 'stop now')], { track: false });
    assert.deepEqual((await run.ended()).result?.metrics, {});
  });
});
