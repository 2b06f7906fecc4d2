import assert from 'node:assert/strict';
import { FollowedRun } from '../../../helpers/followedRun.ts';
import { waitFor } from '../../../helpers/waitFor.ts';
import { readRunMetrics } from '../../../../src/tracking/readRunMetrics.ts';

const point = (key: string, step: number, value: number) => ({ key, step, time: Date.now(), value });

describe('metrics of one name from several sources', function () {
  this.timeout(120_000);

  it('stay a series for each, called the same whoever came first, and after a supervisor was replaced', async () => {
    const wanted = [
      'acc: 0=0.1 1=0.2 2=0.3',
      'history/loss: 0=1 1=2 2=3',
      'loss: 0=10 1=20 2=30',
      'reported/loss: 0=100 1=200 2=300',
      'stdout/loss: 0=1000 1=2000 2=3000',
    ];
    const ways: readonly (readonly string[])[] = [
      ['file', 'stdout', 'reported', 'mlflow'],
      ['mlflow', 'reported', 'stdout', 'file'],
      ['stdout', 'mlflow', 'file', 'reported'],
    ];
    for (const order of ways) {
      await using run = await FollowedRun.open();
      run.write('history.csv', 'epoch,loss,acc\n');
      for (const step of [0, 1, 2]) {
        // For each step another supervisor.
        run.follow();
        const intake = run.intake();
        for (const source of order) {
          if (source === 'mlflow') run.log([point('loss', step, 10 * (step + 1))]);
          else if (source === 'file') {
            run.append('history.csv', `${step},${step + 1},0.${step + 1}\n`);
            await run.untilSome(`${step}=0.${step + 1}`);
          } else {
            const name = source === 'stdout' ? run.paths.stdout : run.paths.childMetrics;
            const value = (step + 1) * (source === 'stdout' ? 1000 : 100);
            run.print(name, `{"step": ${step}, "loss": ${value}}\n`);
            intake.read();
          }
        }
        intake.close();
      }
      await run.until(wanted);
      assert.deepEqual(await run.mlflowMetrics(), ['loss: 0=10 1=20 2=30']);
      // What no supervisor has read yet stands where it will stand.
      run.print(run.paths.stdout, '{"step": 3, "loss": 4000}\n');
      const { series } = await readRunMetrics(run.paths, { metricLines: false });
      assert.deepEqual(
        series.filter(({ values }) => values.includes(4000)).map(({ key }) => key),
        ['stdout/loss'],
      );
      await run.finish();
      assert.deepEqual(run.problems, []);
    }
  });

  it('stay apart where the supervisor has died before it could decide', async () => {
    await using run = await FollowedRun.open();
    run.log([point('loss', 0, 10)]);
    run.print(run.paths.stdout, '{"step": 0, "loss": 1, "acc": 2}\n');
    const { series } = await readRunMetrics(run.paths, { metricLines: false });
    assert.deepEqual(
      series.map(({ key, values }) => [key, ...values]),
      [
        ['loss', 10],
        ['stdout/loss', 1],
        ['acc', 2],
      ],
    );
  });

  it('goes on counting the steps of lines that say none, under whichever name', async () => {
    await using run = await FollowedRun.open();
    for (const value of [1, 2, 3]) {
      run.follow();
      const intake = run.intake();
      if (value === 2) run.log([point('loss', 7, 70)]);
      run.print(run.paths.stdout, `{"loss": ${value}}\n`);
      intake.read();
      intake.close();
    }
    await run.until(['loss: 7=70', 'stdout/loss: 0=1 1=2 2=3']);
  });

  it('keeps points apart that waited for room on the disk while a name was given away', async () => {
    await using run = await FollowedRun.open();
    run.follow();
    run.write('history.csv', 'epoch,loss\n0,1\n');
    await run.until(['loss: 0=1']);
    run.full = true;
    run.append('history.csv', '1,2\n');
    await waitFor('the row waits', () => run.refused > 0);
    assert.throws(() => run.log([point('loss', 0, 10)]));
    run.full = false;
    run.log([point('loss', 0, 10)]);
    await run.until(['history/loss: 0=1 1=2', 'loss: 0=10']);
  });
});
