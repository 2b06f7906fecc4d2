/** A supervisor that is killed is replaced: by its watchdog, once, and with nothing lost or counted twice. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identifyProcess } from '../../../src/base/processIdentity.ts';
import { cancelRun } from '../../../src/execution/cancelRun.ts';
import { followRun } from '../../../src/execution/followRun.ts';
import type { LaunchedRun } from '../../../src/execution/launchRun.ts';
import { readProcessRecord, readResult, readRunEnd } from '../../../src/execution/runEnd.ts';
import type { ProcessRecord } from '../../../src/runs/processRecord.ts';
import { readMetricLogs } from '../../../src/runs/metricLog.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { supervisorScript, testRuns } from '../../helpers/testRuns.ts';
import type { TestRuns } from '../../helpers/testRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

/** Prints until it is told to end, half of it without a step, and then says its own exit code. */
const training = `
import json, os, sys, time
step = 0
while not os.path.exists(sys.argv[1]):
    print(json.dumps({"step": step, "loss": step}))
    print(json.dumps({"acc": step}))
    step += 1
    time.sleep(0.005)
print(json.dumps({"parameters": {"steps": step}}))
open(sys.argv[1], "w").write(str(step))
sys.exit(int(sys.argv[2]))
`;

describe('a supervisor that is killed', () => {
  let runs: TestRuns;
  before(async () => {
    runs = await testRuns();
    await runs.write({ 'train.py': training });
  });
  after(() => runs[Symbol.asyncDispose]());

  const recordOf = async (run: LaunchedRun): Promise<ProcessRecord> => {
    const record = await readProcessRecord(run.paths);
    assert.ok(record);
    return record;
  };

  async function killSupervisor(run: LaunchedRun): Promise<ProcessRecord> {
    const before = await waitFor('a watchdog', async () => {
      const record = await recordOf(run);
      return record.watchdog !== undefined && record.child !== undefined && record;
    });
    process.kill(before.supervisor.pid, 'SIGKILL');
    return waitFor('another supervisor', async () => {
      const now = await recordOf(run);
      return now.supervisor.pid !== before.supervisor.pid && now.watchdog !== undefined && now;
    });
  }

  const metricsOf = async (run: LaunchedRun): Promise<Record<string, number[]>> =>
    Object.fromEntries(
      (await readMetricLogs(run.paths.dir)).series.map(({ key, steps }) => [key, [...steps]]),
    );

  it('is replaced by its watchdog, again and again, and every metric is there once', async () => {
    const stop = join(runs.root, 'stop 1');
    const run = await runs.launch(['python3', 'train.py', stop, '7']);
    await run.started();
    const child = (await recordOf(run)).child;
    // Somebody who watches all the while never sees the run without a supervisor.
    const seen = followRun(run.paths);
    const points = async (): Promise<number> => (await metricsOf(run))['loss']?.length ?? 0;
    for (let round = 0; round < 3; round++) {
      const before = await points();
      await waitFor('metrics', async () => (await points()) > before);
      const now = await killSupervisor(run);
      assert.deepEqual(now.child, child, 'the command is the same');
      assert.equal(await readRunEnd(run.paths), undefined, 'the run goes on');
    }
    const before = await points();
    await waitFor('metrics of the last one', async () => (await points()) > before);
    assert.equal((await readdir(run.paths.dir)).filter(name => name.startsWith('adoption.')).length, 3);
    await writeFile(stop, '');
    const end = await seen;
    // Nobody can know the exit code of a command that was not his child.
    assert.deepEqual([end.state, end.stillRunning], ['lost', false]);
    const count = Number(await readFile(stop, 'utf8'));
    const steps = Array.from({ length: count }, (_, step) => step);
    assert.deepEqual(await metricsOf(run), { loss: steps, acc: steps });
    const details = await new RunStore(runs.store).read(run.id);
    assert.equal(details.reported?.parameters['steps'], count);
    assert.notEqual(details.captured, undefined);
  });

  it('can be cancelled through the one that took its place', async () => {
    const run = await runs.launch(['python3', 'train.py', join(runs.root, 'never 1'), '0']);
    await run.started();
    await killSupervisor(run);
    const end = await cancelRun(runs.store, run.id);
    assert.equal(end.state, 'cancelled');
    assert.equal(end.result?.exitCode, undefined);
    assert.match(end.result?.warnings.join(' ') ?? '', /replaced/);
    assert.equal(await identifyProcess((await recordOf(run)).child?.pid ?? 0), undefined);
    await waitFor('nobody to be left', async () => {
      const { supervisor, watchdog } = await recordOf(run);
      const left = await Promise.all([supervisor, watchdog].map(one => identifyProcess(one?.pid ?? 0)));
      return left.every(one => one === undefined);
    });
  });

  it('leaves the exit code to the next one when it had seen the end already', async () => {
    const stop = join(runs.root, 'stop 2');
    const run = await runs.launch(['python3', 'train.py', stop, '7'], {
      variables: { ...runs.environment, LOCKSTEP_WATCHDOG: '0' },
    });
    await run.started();
    const record = await recordOf(run);
    assert.equal(record.watchdog, undefined);
    await waitFor('metrics', async () => (await metricsOf(run))['loss'] !== undefined);
    process.kill(record.supervisor.pid, 'SIGKILL');
    await writeFile(stop, '');
    for (const pid of [record.child?.pid ?? 0, record.supervisor.pid])
      await waitFor('the end', async () => (await identifyProcess(pid)) === undefined);
    assert.equal((await readRunEnd(run.paths))?.state, 'lost');
    const ended = { exitCode: 7, at: new Date().toISOString(), durationMs: 5 };
    await writeFile(run.paths.process, JSON.stringify({ ...record, ended }));
    await adopt(run);
    const result = await readResult(run.paths);
    assert.deepEqual([result?.state, result?.exitCode, result?.durationMs], ['failed', 7, 5]);
    assert.match(result?.warnings.join(' ') ?? '', /replaced/);
    assert.equal(result?.metrics['loss']?.count, Number(await readFile(stop, 'utf8')));
  });

  it('is replaced by one of several who try at once, also when the first of them dies', async () => {
    const stop = join(runs.root, 'stop 3');
    const run = await runs.launch(['python3', 'train.py', stop, '0'], {
      variables: { ...runs.environment, LOCKSTEP_WATCHDOG: '0' },
    });
    await run.started();
    const { supervisor, child } = await recordOf(run);
    await waitFor('metrics', async () => (await metricsOf(run))['loss'] !== undefined);
    process.kill(supervisor.pid, 'SIGKILL');
    await waitFor('its end', async () => (await identifyProcess(supervisor.pid)) === undefined);
    const first = [adopt(run), adopt(run), adopt(run)];
    const winner = await waitFor('a winner', async () => {
      const now = (await recordOf(run)).supervisor;
      return now.pid !== supervisor.pid && now;
    });
    let left = first.length;
    for (const one of first) void one.then(() => left--);
    await waitFor('the others to give up', () => left === 1);
    process.kill(winner.pid, 'SIGKILL');
    await Promise.all(first);
    const second = [adopt(run), adopt(run)];
    await waitFor('the next winner', async () => {
      const now = (await recordOf(run)).supervisor.pid;
      return now !== supervisor.pid && now !== winner.pid;
    });
    await writeFile(stop, '');
    await Promise.all(second);
    const claims = (await readdir(run.paths.dir)).filter(name => name.startsWith('adoption.'));
    assert.deepEqual(claims.sort(), ['adoption.1.json', 'adoption.2.json']);
    assert.equal(await identifyProcess(child?.pid ?? 0), undefined);
    const steps = Array.from({ length: Number(await readFile(stop, 'utf8')) }, (_, step) => step);
    assert.deepEqual(await metricsOf(run), { loss: steps, acc: steps });
  });

  it('is not replaced while it lives, nor when the run has ended', async () => {
    const run = await runs.launch(['python3', 'train.py', join(runs.root, 'never 2'), '0']);
    await run.started();
    const { supervisor } = await recordOf(run);
    process.kill(supervisor.pid, 'SIGSTOP');
    await adopt(run);
    process.kill(supervisor.pid, 'SIGCONT');
    await cancelRun(runs.store, run.id);
    await adopt(run);
    assert.deepEqual((await recordOf(run)).supervisor, supervisor);
    assert.deepEqual(
      (await readdir(run.paths.dir)).filter(name => name.startsWith('adoption.')),
      [],
    );
  });

  it('after it wrote the result leaves the rest of the record to the next one', async () => {
    const run = await runs.launch(['true']);
    await run.ended();
    const { supervisor } = await recordOf(run);
    await waitFor('its end', async () => (await identifyProcess(supervisor.pid)) === undefined);
    const result = await readFile(run.paths.result, 'utf8');
    await rm(run.paths.captured);
    await adopt(run);
    assert.equal(await readFile(run.paths.result, 'utf8'), result);
    assert.notEqual((await new RunStore(runs.store).read(run.id)).captured, undefined);
  });

  it('before it started the command leaves a run that has failed', async () => {
    const run = await runs.launch(['true'], {
      variables: { ...runs.environment, LOCKSTEP_WATCHDOG: '0' },
    });
    await run.ended();
    // As if it had been killed just after it had written that it exists.
    const record = { ...(await recordOf(run)), child: undefined, ended: undefined };
    for (const path of [run.paths.plan, run.paths.result]) await rm(path);
    await writeFile(run.paths.process, JSON.stringify(record));
    await waitFor('its end', async () => (await identifyProcess(record.supervisor.pid)) === undefined);
    await adopt(run);
    const result = await readResult(run.paths);
    assert.deepEqual([result?.state, result?.failure?.code], ['failed', 'supervisor-killed']);
  });

  /** Resolves when the process has ended. */
  async function adopt(run: LaunchedRun): Promise<void> {
    const adopter = spawn(process.execPath, [supervisorScript, '--adopt', run.paths.dir], {
      env: { ...runs.environment, LOCKSTEP_SUPERVISOR: run.id, LOCKSTEP_WATCHDOG: '0' },
      stdio: ['ignore', 'inherit', 'ignore'],
    });
    await once(adopter, 'exit');
  }
});
