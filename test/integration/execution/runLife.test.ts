import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { cancelRun } from '../../../src/execution/cancelRun.ts';
import { followRun } from '../../../src/execution/followRun.ts';
import { readProcessRecord } from '../../../src/execution/runEnd.ts';
import { runCommand } from '../../../src/base/runCommand.ts';
import { identifyProcess } from '../../../src/base/processIdentity.ts';
import { planSchema } from '../../../src/runs/plan.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { readRunMetrics } from '../../../src/tracking/readRunMetrics.ts';
import { readJson, supervisorScript, testRuns } from '../../helpers/testRuns.ts';
import type { TestRuns } from '../../helpers/testRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('the life of a run', () => {
  let runs: TestRuns;
  before(async () => {
    runs = await testRuns();
  });
  after(() => runs[Symbol.asyncDispose]());

  it('has room kept for its end before a command runs that may fill the disk', async () => {
    const kept = 'test -s "$(dirname "$LOCKSTEP_METRICS")/.reserve.tmp"';
    const run = await runs.launch(['sh', '-c', kept]);
    assert.equal((await run.ended()).result?.exitCode, 0);
  });

  it('records a command that succeeds, with plan, logs, metrics and result', async () => {
    await runs.write({
      'train.py': [
        'import json, os, sys',
        'for step in range(3):',
        '    print(json.dumps({"step": step, "loss": 1 / (step + 1)}))',
        'print("to stderr", file=sys.stderr)',
        'with open(os.environ["LOCKSTEP_METRICS"], "a") as out:',
        '    out.write(json.dumps({"step": 1, "accuracy": float("nan")}) + "\\n")',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'train.py', '--lr', '0.1'], { name: 'first', tags: ['a'] });
    const end = await run.ended();
    assert.equal(end.state, 'finished');
    assert.equal(end.result?.exitCode, 0);
    assert.deepEqual(end.result.warnings, []);
    assert.equal(end.result.metrics['loss']?.count, 3);
    assert.equal(end.result.metrics['loss'].last, 1 / 3);
    assert.ok(Number.isNaN(end.result.metrics['accuracy']?.last));
    assert.match(await readFile(run.paths.stderr, 'utf8'), /to stderr/);
    const plan = planSchema.parse(await readJson(run.paths.plan));
    assert.equal(plan.name, 'first');
    assert.deepEqual(plan.argv, ['python3', 'train.py', '--lr', '0.1']);
    assert.equal(plan.code.known, 'unknown');
  });

  it('lets go of its launcher, which ends by itself while the run goes on', async () => {
    const launcher = `
      const { launchRun } = await import(${JSON.stringify(import.meta.resolve('../../../src/execution/launchRun.ts'))});
      const run = await launchRun(
        { store: ${JSON.stringify(runs.store)}, root: ${JSON.stringify(runs.root)}, cwd: ${JSON.stringify(runs.root)},
          argv: ['sleep', '600'], toolVersion: '0.0.0-test', variables: process.env },
        { node: process.execPath, supervisorScript: ${JSON.stringify(supervisorScript)},
          cacheFolder: ${JSON.stringify(runs.cacheFolder)} },
      );
      await run.started();
      console.log(run.id);`;
    const outcome = await runCommand({
      program: process.execPath,
      args: ['--input-type=module', '--eval', launcher],
      env: runs.environment,
      timeoutMs: 30_000,
    });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    const end = await cancelRun(runs.store, outcome.stdout.toString('utf8').trim());
    assert.equal(end.state, 'cancelled');
  });

  it('keeps one series for each rank of a distributed launcher, shows rank 0, and ends every rank on cancel', async () => {
    await runs.write({
      'launcher.py': [
        'import subprocess, sys',
        'ranks = [subprocess.Popen([sys.executable, "-u", "rank.py", str(rank)], stdout=subprocess.PIPE, text=True)',
        '         for rank in range(2)]',
        'for rank, worker in enumerate(ranks):',
        '    for _ in range(3):',
        '        print(f"[rank{rank}]: {worker.stdout.readline()}", end="")',
        'print("ready", flush=True)',
        'for worker in ranks:',
        '    worker.wait()',
      ].join('\n'),
      'rank.py': [
        'import json, os, sys, time',
        'rank = int(sys.argv[1])',
        'open(f"pid{rank}", "w").write(str(os.getpid()))',
        'for step in range(3):',
        '    print(json.dumps({"step": step, "loss": rank * 10 + step}))',
        'time.sleep(600)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'launcher.py']);
    await waitFor('every rank to have printed', async () =>
      (await readFile(run.paths.stdout, 'utf8').catch(() => '')).includes('ready'),
    );
    const pids = await Promise.all(
      [0, 1].map(async rank => Number(await readFile(join(runs.root, `pid${rank}`), 'utf8'))),
    );
    const end = await cancelRun(runs.store, run.id);
    assert.equal(end.state, 'cancelled');
    for (const pid of pids) assert.equal(await identifyProcess(pid), undefined);

    const { series } = await readRunMetrics(run.paths, { metricLines: false });
    assert.deepEqual(
      series.filter(({ key }) => key === 'loss').map(({ rank, values }) => [rank, [...values]]),
      [
        [0, [0, 1, 2]],
        [1, [10, 11, 12]],
      ],
    );
    assert.equal((await run.ended()).result?.metrics['loss']?.last, 2);
  });

  it('passes the exit code, the exception and the signal on', async () => {
    const failed = await (await runs.launch(['python3', '-c', 'raise ValueError("bad")'])).ended();
    assert.equal(failed.state, 'failed');
    assert.equal(failed.result?.exitCode, 1);
    assert.equal(failed.result.failure?.exceptionType, 'ValueError');
    assert.equal(failed.result.failure.message, 'ValueError: bad');
    const odd = await (await runs.launch(['sh', '-c', 'exit 42'])).ended();
    assert.equal(odd.result?.exitCode, 42);
    const killed = await (await runs.launch(['sh', '-c', 'kill -KILL $$'])).ended();
    assert.equal(killed.result?.signal, 'SIGKILL');
    assert.equal(killed.state, 'failed');
  });

  it('shows output and metrics while the command runs, unflushed prints included', async () => {
    const run = await runs.launch([
      'python3',
      '-c',
      'import time\nprint(\'{"step": 1, "loss": 0.5}\')\ntime.sleep(60)',
    ]);
    const seen: Buffer[] = [];
    const stop = new AbortController();
    const following = followRun(run.paths, {
      onOutput: (_stream, chunk) => seen.push(Buffer.from(chunk)),
      signal: stop.signal,
    });
    await waitFor('the print', () => Buffer.concat(seen).toString().includes('0.5'));
    await waitFor('the metric', async () => (await readMetricLogs(run.paths.dir)).series.length === 1);
    stop.abort();
    await assert.rejects(following, { name: 'AbortError' });
    assert.equal((await cancelRun(runs.store, run.id)).state, 'cancelled');
  });

  it('charts plain lines when asked to later, those from before included', async () => {
    const run = await runs.launch(['sh', '-c', 'echo "step: 1 loss: 0.5"; read line < /dev/zero; sleep 60']);
    await run.started();
    await waitFor('the line', async () => (await readFile(run.paths.stdout, 'utf8')).includes('0.5'));
    assert.equal((await readMetricLogs(run.paths.dir)).series.length, 0);
    const { RunStore } = await import('../../../src/runs/runStore.ts');
    await new RunStore(runs.store).request(run.id, 'chart-lines');
    await waitFor('the metric', async () => (await readMetricLogs(run.paths.dir)).series[0]?.key === 'loss');
    await cancelRun(runs.store, run.id);
  });

  it('feeds what is piped in, and nothing otherwise', async () => {
    const fed = await runs.launch(['cat'], { stdin: Readable.from(['hello\n']) });
    assert.equal((await fed.ended()).state, 'finished');
    assert.equal(await readFile(fed.paths.stdout, 'utf8'), 'hello\n');
    const empty = await runs.launch(['cat']);
    assert.equal((await empty.ended()).state, 'finished');
    assert.equal(await readFile(empty.paths.stdout, 'utf8'), '');
  });

  it('ends a tree that ignores SIGINT and SIGTERM, detached parts included, and calls it cancelled', async () => {
    await runs.write({
      'stubborn.py': [
        'import os, signal, subprocess, sys, time',
        'signal.signal(signal.SIGINT, signal.SIG_IGN)',
        'signal.signal(signal.SIGTERM, signal.SIG_IGN)',
        'if len(sys.argv) == 1:',
        '    subprocess.Popen([sys.executable, __file__, "child"], start_new_session=True)',
        '    if os.fork() == 0:',
        '        os.setsid()',
        '        if os.fork() != 0: os._exit(0)',
        'print(os.getpid(), flush=True)',
        'time.sleep(600)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'stubborn.py'], {
      grace: { interruptMs: 300, terminateMs: 300 },
    });
    const pids = await waitFor('three processes', async () => {
      const lines = (await readFile(run.paths.stdout, 'utf8')).trim().split('\n');
      return lines.length === 3 && lines.map(Number);
    });
    const end = await cancelRun(runs.store, run.id);
    assert.equal(end.state, 'cancelled');
    assert.equal(end.result?.signal, 'SIGKILL');
    for (const pid of pids) assert.equal(await identifyProcess(pid), undefined);
  });

  it('lets a command that handles SIGINT end in its own way', async () => {
    const run = await runs.launch([
      'python3',
      '-c',
      'import time\ntry:\n  print("ready"); time.sleep(600)\nexcept KeyboardInterrupt:\n  print("saved")',
    ]);
    await waitFor('it to be ready', async () => (await readFile(run.paths.stdout, 'utf8')).includes('ready'));
    const end = await cancelRun(runs.store, run.id);
    assert.equal(end.state, 'cancelled');
    assert.equal(end.result?.exitCode, 0);
    assert.match(await readFile(run.paths.stdout, 'utf8'), /saved/);
  });

  it('cancels a run whose supervisor was killed and not replaced, and the training survives until then', async () => {
    const run = await runs.launch(
      [
        'python3',
        '-c',
        'import time\nfor i in range(10**6):\n  print(f\'{{"step": {i}, "loss": {i}}}\'); time.sleep(0.01)',
      ],
      { variables: { ...runs.environment, LOCKSTEP_WATCHDOG: '0' } },
    );
    await run.started();
    const record = await readProcessRecord(run.paths);
    assert.ok(record?.child);
    process.kill(record.supervisor.pid, 'SIGKILL');
    const lost = await run.ended();
    assert.deepEqual([lost.state, lost.stillRunning], ['lost', true]);
    const size = (await readFile(run.paths.stdout)).length;
    await waitFor('more output', async () => (await readFile(run.paths.stdout)).length > size);
    const end = await cancelRun(runs.store, run.id);
    assert.equal(end.state, 'cancelled');
    assert.equal(await identifyProcess(record.child.pid), undefined);
    const lines = (await readFile(run.paths.stdout, 'utf8'))
      .trim()
      .split('\n')
      .filter(line => line.endsWith('}'));
    const { series } = await readRunMetrics(run.paths, { metricLines: false, ended: true });
    assert.equal(series[0]?.values.length, lines.length);
    assert.equal(end.result?.metrics['loss']?.count, lines.length);
  });

  it('ends the run with the command and counts what it left behind', async () => {
    const run = await runs.launch(['sh', '-c', 'setsid sleep 600 & exit 0']);
    const end = await run.ended();
    assert.equal(end.state, 'finished');
    assert.equal(end.result?.detachedProcesses, 1);
    assert.deepEqual(end.result.detachedNames, ['sleep']);
  });

  it('refuses to cancel what has ended', async () => {
    const run = await runs.launch(['true']);
    await run.ended();
    await assert.rejects(cancelRun(runs.store, run.id), { code: 'run-already-ended' });
  });

  const refusals: [string, string[], string][] = [
    ['a missing program', ['no-such-program-here'], 'program-not-found'],
    ['a missing path', ['./missing.sh'], 'program-not-found'],
    ['a file without the mode bit', ['./plain.txt'], 'not-executable'],
    ['a folder', ['./folder'], 'not-executable'],
  ];
  for (const [name, argv, code] of refusals)
    it(`fails with ${code} for ${name}`, async () => {
      await runs.write({ 'plain.txt': 'x', 'folder/x': '' });
      const end = await (await runs.launch(argv)).ended();
      assert.equal(end.state, 'failed');
      assert.equal(end.result?.failure?.code, code);
      assert.equal(end.result.exitCode, undefined);
      assert.ok(end.result.failure.mend);
    });

  it('says so when the folder to run in is gone', async () => {
    const end = await (await runs.launch(['true'], { cwd: `${runs.root}/gone` })).ended();
    assert.equal(end.result?.failure?.code, 'working-folder-missing');
  });
});
