import assert from 'node:assert/strict';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import { runPathsIn, type RunPaths } from '../../../src/runs/runPaths.ts';
import { countMetricLikeLines } from '../../../src/tracking/countMetricLikeLines.ts';
import { LineFolder, metricSources } from '../../../src/tracking/lineFolder.ts';
import {
  commandIdentity,
  readMetricLineChoice,
  rememberMetricLineChoice,
} from '../../../src/tracking/metricLineChoice.ts';
import { readRunMetrics, type RunMetrics } from '../../../src/tracking/readRunMetrics.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

function shown({ series }: RunMetrics): string[] {
  return series.map(
    ({ key, rank, steps, values }) =>
      `${rank ?? '-'} ${key} ${[...steps].map((step, i) => `${step}=${values[i]}`).join(' ')}`,
  );
}

/** What a supervisor does with what a program has written so far. */
function supervise(paths: RunPaths, content: string): void {
  const folder = new LineFolder({ source: metricSources.stdoutReports });
  const { points } = folder.push(Buffer.from(content), 1);
  const writer = MetricLogWriter.open(paths.metrics);
  writer.append([...points], [{ source: folder.source, offset: folder.offset }]);
  writer.close();
}

describe('the metrics of a run', () => {
  it('are those of the log and of what nobody has read yet, each once', async () => {
    await using folder = await temporaryFolder();
    const paths = runPathsIn(folder.path);
    assert.deepEqual(shown(await readRunMetrics(paths, { metricLines: false })), []);

    const seen = '{"loss": 3}\n{"loss": 2, "rank": 1}\n{"lo';
    await writeFile(paths.stdout, seen);
    supervise(paths, seen);
    await appendFile(paths.stdout, 'ss": 1}\n{"params": {"lr": 0.5}}\nval_loss: 0.25\n{"loss": 0}');
    await writeFile(paths.childMetrics, '{"step": 9, "acc": 0.5}\n{"step": 10, "ac');

    const running = await readRunMetrics(paths, { metricLines: false });
    assert.deepEqual(shown(running), ['- loss 0=3 1=1 2=0', '1 loss 0=2', '- acc 9=0.5']);
    assert.deepEqual(running.parameters, { lr: 0.5 });
    assert.equal(running.foldedTail.length, 3);

    const charted = await readRunMetrics(paths, { metricLines: true, ended: true });
    assert.deepEqual(shown(charted).slice(-1), ['- val_loss 0=0.25']);
  });

  it('wait for the rest of a printed number while the program runs', async () => {
    await using folder = await temporaryFolder();
    const paths = runPathsIn(folder.path);
    await writeFile(paths.stdout, 'Epoch 4/9\nloss: 0.5\nloss: 0.12');
    assert.deepEqual(shown(await readRunMetrics(paths, { metricLines: true })), ['- loss 4=0.5']);
    const ended = await readRunMetrics(paths, { metricLines: true, ended: true });
    assert.deepEqual(shown(ended), ['- loss 4=0.5 4=0.12']);
  });

  it('can be given up', async () => {
    await using folder = await temporaryFolder();
    const paths = runPathsIn(folder.path);
    await writeFile(paths.stdout, '{"a": 1}\n');
    await assert.rejects(
      readRunMetrics(paths, { metricLines: false, signal: AbortSignal.abort(new Error('stop')) }),
      /stop/,
    );
  });
});

describe('lines that look like metrics', () => {
  it('are counted with their names, up to a limit', async () => {
    await using folder = await temporaryFolder();
    const log = `${folder.path}/stdout.log`;
    assert.deepEqual(await countMetricLikeLines(log), { lines: 0, keys: [] });
    await writeFile(log, 'hello\nEpoch 1 - loss: 0.5 - acc: 0.9\nport: 8080\nloss: 0.25\n');
    assert.deepEqual(await countMetricLikeLines(log), { lines: 2, keys: ['loss', 'acc'] });
    assert.deepEqual(await countMetricLikeLines(log, { limitBytes: 45 }), {
      lines: 1,
      keys: ['loss', 'acc'],
    });
  });
});

describe('the choice to chart printed lines', () => {
  it('is remembered for the command, whatever its parameters', async () => {
    await using folder = await temporaryFolder();
    const store = `${folder.path}/store`;
    await mkdir(store);
    const train = (argv: string): { argv: string[]; cwd: string } => ({ argv: argv.split(' '), cwd: '' });
    assert.equal(await readMetricLineChoice(store, train('python train.py')), undefined);
    await rememberMetricLineChoice(store, train('python train.py --lr 1'), true);
    await rememberMetricLineChoice(store, train('python other.py'), false);
    assert.equal(await readMetricLineChoice(store, train('/x/bin/python3.11 train.py --lr 2')), true);
    assert.equal(await readMetricLineChoice(store, train('python other.py')), false);
    assert.equal(await readMetricLineChoice(store, { ...train('python train.py'), cwd: 'sub' }), undefined);
  });

  it('belongs to the experiment when there is one', () => {
    const one = commandIdentity({ argv: ['a'], cwd: '', experiment: 'x' });
    assert.equal(commandIdentity({ argv: ['b'], cwd: 'c', experiment: 'x' }), one);
    assert.notEqual(
      commandIdentity({ argv: ['python', '-m', 'a'], cwd: '' }),
      commandIdentity({ argv: ['python', '-m', 'b'], cwd: '' }),
    );
  });
});
