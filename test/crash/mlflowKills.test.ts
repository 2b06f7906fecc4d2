/**
 * A training logs with MLflow, prints metrics and writes a table, while its supervisors are killed or stopped at random
 * moments: it must end with its own exit code, and every point that it was told has arrived must be there once.
 * `LOCKSTEP_SOAK=1` repeats it often; `LOCKSTEP_SEED` repeats one sequence.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcessTree } from '../../src/base/processTree.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import { readProcessRecord } from '../../src/execution/runEnd.ts';
import { readMetricLogs } from '../../src/runs/metricLog.ts';
import { runPaths } from '../../src/runs/runPaths.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { mlflowScript } from '../helpers/mlflowScript.ts';
import { often } from '../helpers/soak.ts';
import { testRuns } from '../helpers/testRuns.ts';
import type { TestRuns } from '../helpers/testRuns.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { seededRandom } from './seededRandom.ts';

const rounds = often(6, 120);
const seed = Number(process.env['LOCKSTEP_SEED'] ?? '20260101');
const together = 3;
const steps = 400;

/** Notes in a file outside the run what was acknowledged, then its own end. */
const training = `
import sys
from flow import *
out, code = sys.argv[1], int(sys.argv[2])
witness = os.open(out + ".witness", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
table = open(out + ".csv", "w")
table.write("step,table_loss\\n")
main = start_run("training")
child = start_run("trial", main)
for step in range(${steps}):
    log_metric(main, "flow", step, step)
    log_metric(child, "trial", step, step)
    print(json.dumps({"step": step, "printed": step}), flush=True)
    table.write("%d,%d\\n" % (step, step))
    table.flush()
    os.write(witness, b"%d\\n" % step)
    time.sleep(0.003)
set_tag(main, "end", "reached")
end_run(child)
end_run(main, "FINISHED" if code == 0 else "FAILED")
sys.exit(code)
`;

interface Blow {
  readonly afterMs: number;
  /** `stop` for this long, then on again; `kill` for good. */
  readonly stopMs: number | undefined;
}

interface Round {
  readonly round: number;
  readonly exitCode: number;
  readonly blows: readonly Blow[];
}

describe(`killing the supervisor of a training that logs with MLflow, ${rounds} times from seed ${seed}`, () => {
  let runs: TestRuns;
  before(async () => {
    runs = await testRuns();
    await runs.write({ 'flow.py': mlflowScript, 'train.py': training });
  });
  after(() => runs[Symbol.asyncDispose]());

  const random = seededRandom(seed);
  for (let first = 0; first < rounds; first += together) {
    const plans = Array.from({ length: Math.min(together, rounds - first) }, (_, index): Round => ({
      round: first + index,
      exitCode: random() < 0.5 ? 0 : 3,
      blows: Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
        afterMs: Math.floor(random() * 1_200),
        stopMs: random() < 0.3 ? Math.floor(random() * 1_500) : undefined,
      })),
    }));
    it(`${first}: ${plans.map(describeRound).join('; ')}`, async () => {
      await Promise.all(plans.map(plan => playRound(runs, plan)));
    });
  }
});

async function playRound(runs: TestRuns, plan: Round): Promise<void> {
  const out = join(runs.root, `out-${plan.round}`);
  const run = await runs.launch([
    ...['sh', '-c', 'python3 train.py "$0" "$1"; code=$?; echo $code > "$0.code"; exit $code'],
    ...[out, String(plan.exitCode)],
  ]);
  // It stands beside the run from a few milliseconds after the start of the command.
  await waitFor('a watchdog', async () => (await readProcessRecord(run.paths))?.watchdog);
  let killed = 0;
  for (const { afterMs, stopMs } of plan.blows) {
    await delay(afterMs);
    const pid = (await readProcessRecord(run.paths))?.supervisor.pid ?? 0;
    if (stopMs === undefined) killed += signal(pid, 'SIGKILL') ? 1 : 0;
    else if (signal(pid, 'SIGSTOP')) {
      await delay(stopMs);
      signal(pid, 'SIGCONT');
    }
  }
  const code = await waitFor(
    'the training to end',
    async () => /^\d+$/m.exec(await readFile(`${out}.code`, 'utf8'))?.[0],
    { deadlineMs: 200_000, describe: () => readFile(run.paths.stderr, 'utf8') },
  );
  await waitFor('the supervisor to end', async () => !(await supervisorsLeft(run)), { deadlineMs: 60_000 });
  const context = `round ${plan.round}: ${describeRound(plan)}, ${killed} killed`;
  assert.equal(code, String(plan.exitCode), `${context}: ${await readFile(run.paths.stderr, 'utf8')}`);

  const details = await new RunStore(runs.store).read(run.id);
  assert.equal(details.state, plan.exitCode === 0 ? 'finished' : 'failed', context);
  // An exit code is the true one, or none.
  assert.ok([undefined, plan.exitCode].includes(details.result?.exitCode), context);
  if (killed === 0) assert.equal(details.result?.exitCode, plan.exitCode, context);
  assert.equal(details.reported?.tags['end'], 'reached', context);

  const all = Array.from({ length: steps }, (_, step) => step);
  const witnessed = (await readFile(`${out}.witness`, 'utf8')).trim().split('\n').map(Number);
  assert.deepEqual(witnessed, all, context);
  for (const key of ['flow', 'printed', 'table_loss'])
    assert.deepEqual(await stepsOf(run.paths.dir, key), all, `${key}; ${context}`);
  const started = (await new RunStore(runs.store).list()).filter(one => one.parent === run.id);
  assert.equal(details.reported.childRuns, started.length, context);
  // A start that was never acknowledged may have left an empty child run behind: the client then starts another one.
  const children = started.filter(one => Object.keys(one.metrics).length > 0);
  assert.ok(started.length === 1 || killed > 0, context);
  assert.deepEqual(
    children.map(one => [one.name, one.state]),
    [['trial', 'finished']],
    context,
  );
  const dir = runPaths(runs.store, children[0]?.id ?? '').dir;
  assert.deepEqual(await stepsOf(dir, 'trial'), all, `child run; ${context}`);
}

function describeRound({ blows, exitCode }: Round): string {
  const words = blows.map(blow =>
    blow.stopMs === undefined
      ? `kill after ${blow.afterMs}`
      : `stop after ${blow.afterMs} for ${blow.stopMs}`,
  );
  return `${words.join(', ')} ms, exit ${exitCode}`;
}

async function stepsOf(dir: string, key: string): Promise<number[]> {
  const { series } = await readMetricLogs(dir);
  const found = series.filter(one => one.key === key || one.key.endsWith(`/${key}`));
  return found.flatMap(one => [...one.steps]);
}

async function supervisorsLeft(run: LaunchedRun): Promise<boolean> {
  return (await findProcessTree({ root: { pid: -1 }, marker: `LOCKSTEP_SUPERVISOR=${run.id}` })).length > 0;
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return pid > 0 && process.kill(pid, name);
  } catch {
    return false;
  }
}
