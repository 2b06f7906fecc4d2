/** What a metric log holds after its writer died or the disk was full, with real processes. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { MetricLogWriter } from '../../../src/runs/metricLogWriter.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

const writerModule = join(import.meta.dirname, '../../../src/runs/metricLogWriter.ts');

/** Appends one point after another with its number as value, and acknowledges each on standard output. */
const appendForEver = `
import { writeSync } from 'node:fs';
import { MetricLogWriter } from ${JSON.stringify(writerModule)};
const writer = MetricLogWriter.open(process.argv[1]);
try {
  for (let step = 0; ; step++) {
    writer.append([{ key: 'loss/' + (step % 7), step, time: step, value: step }], [{ source: 'stdout', offset: step }]);
    writeSync(1, step + '\\n');
  }
} catch (error) {
  writeSync(1, error.code + '\\n');
}
`;

describe('metric log of a writer that dies', () => {
  let folder: TemporaryFolder;
  let path: string;
  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder.path, 'metrics.bin');
  });
  afterEach(() => folder.remove());

  function startWriter(program: string, args: string[]): ChildProcess {
    return spawn(program, [...args, '--input-type=module', '-e', appendForEver, path], {
      env: scrubbedEnvironment(folder.path),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  for (let round = 0; round < 8; round++)
    it(`keeps every acknowledged point when it is killed, round ${round + 1}`, async () => {
      const child = startWriter(process.execPath, []);
      const enough = 10 + round * 400;
      const lines = await linesUntilEnd(child, seen => {
        if (seen >= enough) child.kill('SIGKILL');
      });
      assert.ok(lines.length >= enough);
      const log = await readMetricLogs(folder.path);
      const steps = new Set(log.series.flatMap(series => [...series.steps]));
      assert.deepEqual(
        lines.filter(line => !steps.has(Number(line))),
        [],
      );
      assert.deepEqual(log.problems, []);
      // Progress and points of an append are never apart.
      assert.equal(log.progress.get('stdout'), steps.size - 1);
    }).timeout(120_000);

  it('stays valid when the file may not grow any more, and goes on when it may again', async function () {
    if (process.platform === 'win32') this.skip();
    // A limit on the file's size acts as a full disk does: a short write, then an error.
    const child = startWriter('sh', ['-c', 'ulimit -f 9; exec "$@"', 'sh', process.execPath]);
    const lines = await linesUntilEnd(child, () => undefined);
    assert.equal(lines.pop(), 'metrics-not-written');
    const log = await readMetricLogs(folder.path);
    const steps = log.series.flatMap(series => [...series.steps]).sort((a, b) => a - b);
    assert.deepEqual(steps, lines.map(Number));
    assert.equal(log.tornBytes, 0);

    const writer = MetricLogWriter.open(path);
    writer.append([{ key: 'loss/0', step: lines.length, time: 0, value: 0 }]);
    writer.close();
    const after = await readMetricLogs(folder.path);
    assert.equal(
      after.series.reduce((sum, series) => sum + series.steps.length, 0),
      lines.length + 1,
    );
  }).timeout(120_000);

  it('says so when it cannot even be opened', () => {
    assert.throws(() => MetricLogWriter.open(join(folder.path, 'missing', 'metrics.bin')), {
      code: 'metrics-not-written',
    });
  });
});

/** Whole lines only: the last one may be cut by the kill. */
async function linesUntilEnd(child: ChildProcess, onLines: (seen: number) => void): Promise<string[]> {
  let text = '';
  let seen = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    const piece = chunk.toString('latin1');
    text += piece;
    seen += piece.split('\n').length - 1;
    onLines(seen);
  });
  await once(child, 'close');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
}
