/** A full disk, for real: a small tmpfs. Needs the right to mount; without it the suite says so. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { readProcessRecord } from '../../../src/execution/runEnd.ts';
import { readRunMetrics } from '../../../src/tracking/readRunMetrics.ts';
import { mlflowScript } from '../../helpers/mlflowScript.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import type { TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { testRuns } from '../../helpers/testRuns.ts';
import type { TestRuns } from '../../helpers/testRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('a full disk', () => {
  let folder: TemporaryFolder;
  let mount: string;
  let runs: TestRuns;
  before(async function () {
    folder = await temporaryFolder();
    mount = join(folder.path, 'small');
    await mkdir(mount);
    if (!(await mountSmallDisk(mount))) {
      await folder.remove();
      this.skip();
    }
    runs = await testRuns({ parent: mount });
  });
  after(async () => {
    if ((runs as TestRuns | undefined) === undefined) return;
    await runs[Symbol.asyncDispose]();
    await runCommand({ program: 'umount', args: ['--lazy', mount] });
    await folder.remove();
  });

  const fill = [
    'import os, sys',
    'print(\'{"step": 1, "loss": 1}\')',
    'filler = os.open("filler", os.O_WRONLY | os.O_CREAT)',
    'try:',
    '    while True: os.write(filler, b"x" * 4096)',
    'except OSError as error: full = error',
    'try:',
    '    os.write(filler, b"x")',
    'except OSError: pass',
  ];

  it('is recorded as what it is when the program fails by it', async () => {
    await runs.write({ 'fill.py': [...fill, 'raise full'].join('\n') });
    const run = await runs.launch(['python3', 'fill.py']);
    const end = await run.ended();
    await rm(join(runs.root, 'filler'));
    assert.equal(end.state, 'failed');
    assert.equal(end.result?.exitCode, 1);
    const { series } = await readRunMetrics(run.paths, { metricLines: false, ended: true });
    assert.deepEqual(
      series.map(one => one.key),
      ['loss'],
    );
  });

  it('does not end a program that lives on, nor the truth about it', async () => {
    await runs.write({
      'linger.py': [
        ...fill,
        'import time',
        'time.sleep(1.5)',
        'os.remove("filler")',
        'print(\'{"step": 2, "loss": 2}\')',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'linger.py'], { resourcesEveryMs: 200 });
    const end = await run.ended();
    assert.equal(end.state, 'finished');
    const { series } = await readRunMetrics(run.paths, { metricLines: false, ended: true });
    assert.deepEqual([...(series[0]?.steps ?? [])], [1, 2]);
  });

  it('makes what is logged with MLflow wait, and loses none of it', async () => {
    await runs.write({
      'flow.py': mlflowScript,
      'log.py': [
        ...fill,
        'import threading',
        'from flow import *',
        'threading.Timer(2, lambda: (os.truncate("filler", 0), os.remove("filler"))).start()',
        'main = start_run()',
        // More than any room that is kept.
        'for number in range(60):',
        '    log_param(main, "long %d" % number, "x" * 5000)',
        '    log_metric(main, "loss", number, number)',
        'child = start_run("child", main)',
        'log_metric(child, "loss", 1, 1)',
        'assert not os.path.exists("filler"), "the disk was never full"',
        'end_run(main)',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'log.py']);
    const end = await run.ended();
    assert.equal(end.state, 'finished', await readFile(run.paths.stderr, 'utf8'));
    assert.match(end.result?.warnings.join() ?? '', /disk was full|waits to be written/);
    const { series } = await readRunMetrics(run.paths, { metricLines: false, ended: true });
    const steps = (key: string): number[] =>
      series.filter(one => one.key === key).flatMap(one => [...one.steps]);
    assert.deepEqual(
      steps('loss'),
      Array.from({ length: 60 }, (_, step) => step),
    );
    assert.deepEqual(steps('stdout/loss'), [1], 'the print before the disk was full');
    assert.equal(Object.keys(end.result?.reportedParameters ?? {}).length, 60);
    assert.equal(end.result?.reported?.childRuns, 1);
  });

  it('does not keep a killed supervisor from being replaced', async () => {
    // What the program and the test tell each other lies on a disk that has room.
    await using signs = await temporaryFolder();
    const sign = (name: string): string => join(signs.path, name);
    const appears = (name: string): string =>
      `while not os.path.exists(signs + "/${name}"): time.sleep(0.01)`;
    await runs.write({
      'wait.py': [
        'import os, sys, time',
        'signs = sys.argv[1]',
        appears('fill'),
        ...fill,
        'open(signs + "/full", "w").close()',
        appears('make room'),
        'os.truncate("filler", 0)',
        'os.remove("filler")',
        appears('end'),
        'print(\'{"step": 2, "loss": 2}\')',
      ].join('\n'),
    });
    const run = await runs.launch(['python3', 'wait.py', signs.path]);
    const { supervisor, watchdog } = await waitFor('a watchdog', async () => {
      const now = await readProcessRecord(run.paths);
      return now?.watchdog !== undefined && { supervisor: now.supervisor, watchdog: now.watchdog };
    });
    await writeFile(sign('fill'), '');
    await waitFor('a full disk', () => existsSync(sign('full')));
    process.kill(supervisor.pid, 'SIGKILL');
    await waitFor('the watchdog to take over', async () =>
      (await readFile(`/proc/${watchdog.pid}/cmdline`, 'latin1')).includes('--adopt'),
    );
    await writeFile(sign('make room'), '');
    await waitFor('another supervisor', async () => {
      const now = await readProcessRecord(run.paths);
      return now?.supervisor.pid !== supervisor.pid && now?.watchdog !== undefined;
    });
    await writeFile(sign('end'), '');
    assert.equal((await run.ended()).state, 'lost');
    const { series } = await readRunMetrics(run.paths, { metricLines: false, ended: true });
    assert.deepEqual([...(series[0]?.steps ?? [])], [1, 2]);
  });

  it('is said at once when a run cannot even be recorded', async () => {
    await writeFile(join(runs.root, 'filler'), '');
    const filled = await runCommand({
      program: 'sh',
      args: ['-c', 'dd if=/dev/zero of=filler bs=4096 2>/dev/null; echo full'],
      cwd: runs.root,
    });
    assert.match(filled.stdout.toString(), /full/);
    try {
      await assert.rejects(
        async () => {
          const run = await runs.launch(['true']);
          // Where a few bytes were left, the supervisor meets the full disk.
          await run.started();
          const end = await run.ended();
          throw Object.assign(new Error(end.result?.failure?.message), {
            code: end.result?.failure?.code ?? end.state,
          });
        },
        (error: Error & { code: string }) => {
          assert.ok(
            ['disk-full', 'supervisor-died', 'preparation-failed', 'lost'].includes(error.code),
            error.code,
          );
          return true;
        },
      );
    } finally {
      await rm(join(runs.root, 'filler'));
    }
  });

  it('leaves the next run untouched once there is room again', async () => {
    await waitFor('room', async () => !(await stat(join(runs.root, 'filler')).catch(() => undefined)));
    const run = await runs.launch(['echo', 'fine']);
    assert.equal((await run.ended()).state, 'finished');
    assert.equal(await readFile(run.paths.stdout, 'utf8'), 'fine\n');
  });
});

async function mountSmallDisk(path: string): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const mounted = await runCommand({
    program: 'mount',
    args: ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path],
  }).catch(() => undefined);
  return mounted?.exitCode === 0;
}
