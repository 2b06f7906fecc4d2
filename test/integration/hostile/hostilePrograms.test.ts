/** Programs that behave badly: each ends in a clear state, with everything it wrote. */
import assert from 'node:assert/strict';
import { readFile, rm, stat } from 'node:fs/promises';
import { identifyProcess } from '../../../src/base/processIdentity.ts';
import { cancelRun } from '../../../src/execution/cancelRun.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { testRuns } from '../../helpers/testRuns.ts';
import type { TestRuns } from '../../helpers/testRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';
import { soak } from '../../helpers/soak.ts';

const mebibyte = 1024 * 1024;
const floodBytes = (soak ? 1024 : 64) * mebibyte;

describe('hostile programs', function () {
  this.timeout(soak ? 600_000 : 120_000);
  let runs: TestRuns;
  before(async () => {
    runs = await testRuns();
  });
  after(() => runs[Symbol.asyncDispose]());

  it('keeps binary output byte for byte, and the metrics between it', async () => {
    await runs.write({
      'binary.py': [
        'import random, sys',
        'out = sys.stdout.buffer',
        'random.seed(1)',
        'for step in range(20):',
        '    out.write(random.randbytes(50_000))',
        '    out.write(b\'\\n{"step": %d, "loss": 0.5}\\n\' % step)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'binary.py'], { metricLines: true });
    const end = await run.ended();
    assert.equal(end.state, 'finished');
    assert.equal(end.result?.metrics['loss']?.count, 20);
    const expected =
      20 * (50_000 + 2) + 10 * '{"step": 0, "loss": 0.5}'.length + 10 * '{"step": 10, "loss": 0.5}'.length;
    assert.equal((await stat(run.paths.stdout)).size, expected);
  });

  it(`takes a flood of ${floodBytes / mebibyte} MiB with its metrics`, async () => {
    await runs.write({
      'flood.py': [
        'import os, sys',
        'block = (b"x" * 127 + b"\\n") * 8192',
        `for step in range(${floodBytes} // len(block)):`,
        '    os.write(1, block)',
        '    os.write(1, b\'{"step": %d, "loss": %d}\\n\' % (step, step))',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'flood.py']);
    const end = await run.ended();
    assert.equal(end.state, 'finished');
    assert.equal(end.result?.metrics['loss']?.count, floodBytes / mebibyte);
    assert.ok((await stat(run.paths.stdout)).size > floodBytes);
  });

  it('keeps one line without end', async () => {
    const run = await runs.launch([
      'python3',
      '-c',
      'import os\nfor i in range(32): os.write(1, b"y" * 2**20)',
    ]);
    assert.equal((await run.ended()).state, 'finished');
    assert.equal((await stat(run.paths.stdout)).size, 32 * mebibyte);
  });

  it('cancels a flood that ignores SIGINT and SIGTERM', async () => {
    await runs.write({
      'torrent.py': [
        'import os, signal',
        'signal.signal(signal.SIGINT, signal.SIG_IGN)',
        'signal.signal(signal.SIGTERM, signal.SIG_IGN)',
        'block = b"z" * 65536',
        'written = 0',
        'while True:',
        '    if written < 2**27: written += os.write(1, block)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'torrent.py'], {
      grace: { interruptMs: 200, terminateMs: 200 },
    });
    await waitFor('the flood', async () => (await stat(run.paths.stdout)).size > mebibyte);
    const end = await cancelRun(runs.store, run.id);
    assert.equal(end.state, 'cancelled');
    assert.equal(end.result?.signal, 'SIGKILL');
  });

  it('goes on when standard output is closed', async () => {
    await runs.write({
      'closes.py': [
        'import os',
        'os.close(1); os.close(2)',
        'with open(os.environ["LOCKSTEP_METRICS"], "a") as out: out.write(\'{"step": 1, "loss": 0.25}\\n\')',
      ].join('\n'),
    });
    const end = await (await runs.launch(['python3', 'closes.py'])).ended();
    assert.equal(end.result?.metrics['loss']?.last, 0.25);
    // Python itself may complain at exit that it cannot flush; either way the run has ended with its own code.
    assert.ok(end.state === 'finished' || end.state === 'failed');
  });

  it('is not confused by a program that truncates or deletes what it was given', async () => {
    await runs.write({
      'vandal.py': [
        'import os',
        'print(\'{"step": 1, "loss": 1}\')',
        'os.ftruncate(1, 0)',
        'os.remove(os.environ["LOCKSTEP_METRICS"])',
        'print(\'{"step": 2, "loss": 2}\')',
      ].join('\n'),
    });
    const end = await (await runs.launch(['python3', 'vandal.py'])).ended();
    assert.equal(end.state, 'finished');
  });

  it('survives the deletion of the folder it runs in', async () => {
    await runs.write({ 'gone/keep': '' });
    const run = await runs.launch(['sh', '-c', 'rm -rf "$PWD"; echo deleted; sleep 0.2; exit 3'], {
      cwd: `${runs.root}/gone`,
    });
    const end = await run.ended();
    assert.equal(end.state, 'failed');
    assert.equal(end.result?.exitCode, 3);
    assert.equal(await readFile(run.paths.stdout, 'utf8'), 'deleted\n');
  });

  it('survives the deletion of the run folder under a live run', async () => {
    const run = await runs.launch(['sh', '-c', 'sleep 0.5']);
    await run.started();
    // The supervisor is writing into it: what came in between is deleted by another try.
    await rm(run.paths.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    assert.equal((await run.ended()).state, 'lost');
    await waitFor(
      'the supervisor to end',
      async () => (await identifyProcess(run.supervisorPid)) === undefined,
    );
  });

  const keys = [
    '../../etc/passwd',
    'train/loss',
    'a"b\'c`d',
    '损失 🔥',
    '<img src=x onerror=alert(1)>',
    '__proto__',
    'constructor',
    'new\nline',
    'nul\u0000byte',
    'k'.repeat(10_000),
  ];
  it('keeps metric keys apart, whatever they are made of', async () => {
    const line = JSON.stringify({ step: 1, ...Object.fromEntries(keys.map((key, index) => [key, index])) });
    await runs.write({ 'keys.json': line.replace(/^\{/, '{"__proto__":5,') + '\n' });
    const run = await runs.launch(['cat', 'keys.json']);
    const end = await run.ended();
    assert.equal(end.state, 'finished');
    const { series, problems } = await readMetricLogs(run.paths.dir);
    assert.deepEqual(problems, []);
    assert.equal(new Set(series.map(one => one.key)).size, series.length);
    for (const key of [
      '../../etc/passwd',
      'train/loss',
      'a"b\'c`d',
      '损失 🔥',
      '<img src=x onerror=alert(1)>',
    ])
      assert.equal(series.find(one => one.key === key)?.values[0], keys.indexOf(key), key);
    // JSON readers leave this one name out, so that it never changes what an object is.
    const expected = series.map(one => one.key).filter(key => key !== '__proto__');
    assert.deepEqual(Object.keys(end.result?.metrics ?? {}).sort(), expected.sort());
  });

  const names = [
    '../../../tmp/x',
    '"; rm -rf / #',
    '<script>alert(1)</script>',
    '👩‍🔬 run\n2',
    'n'.repeat(10_000),
    '',
  ];
  for (const name of names)
    it(`takes the run name ${JSON.stringify(name.slice(0, 30))} as words and nothing else`, async () => {
      const argv = ['printf', '%s', name];
      const run = await runs.launch(argv, { name, tags: [name] });
      assert.equal((await run.ended()).state, 'finished');
      assert.equal(await readFile(run.paths.stdout, 'utf8'), name);
      const summary = await new RunStore(runs.store).summary(run.id);
      assert.equal(summary.name, name);
      assert.deepEqual(summary.argv, argv);
    });

  it('gives the program hostile arguments as they are', async () => {
    const words = ['a b', '$HOME', '`id`', '*', '\\', "'", '"', '\u0001', 'é', '-', '--', ''];
    const run = await runs.launch(['python3', '-c', 'import sys; print(ascii(sys.argv[1:]))', ...words]);
    assert.equal((await run.ended()).state, 'finished');
    const printed = await readFile(run.paths.stdout, 'utf8');
    assert.ok(printed.includes('$HOME') && printed.includes('`id`') && printed.includes("'*'"), printed);
  });
});
