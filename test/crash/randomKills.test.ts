/**
 * Kills supervisors and trainings with SIGKILL at random moments and asks, each time: does the record tell the truth,
 * did the training survive the death of everything but itself, and is every metric that the script knows it wrote
 * there, once? `LOCKSTEP_SOAK=1` repeats it often; `LOCKSTEP_SEED` repeats one sequence.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProcessTree, signalProcessTree } from '../../src/base/processTree.ts';
import type { LaunchedRun } from '../../src/execution/launchRun.ts';
import { readProcessRecord, readResult } from '../../src/execution/runEnd.ts';
import { hostIdentity, identifyProcess } from '../../src/base/processIdentity.ts';
import { deriveState } from '../../src/runs/runState.ts';
import { readRunMetrics } from '../../src/tracking/readRunMetrics.ts';
import { testRuns } from '../helpers/testRuns.ts';
import type { TestRuns } from '../helpers/testRuns.ts';
import { often } from '../helpers/soak.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { seededRandom } from './seededRandom.ts';

const rounds = often(16, 200);
const seed = Number(process.env['LOCKSTEP_SEED'] ?? '20260101');
const together = 4;
const steps = 120;

/** Writes each step by one of the two ways in, then notes in a file outside the run that the write has returned. */
const training = `
import os, sys, time
witness = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
reports = os.open(os.environ["LOCKSTEP_METRICS"], os.O_WRONLY | os.O_APPEND)
for step in range(${steps}):
    line = '{"step": %d, "loss": %d.5}\\n' % (step, step)
    os.write(1 if step % 2 else reports, line.encode())
    os.write(witness, b"%d\\n" % step)
    time.sleep(0.004)
`;

/** With `LOCKSTEP_WATCHDOG=0` a killed supervisor is replaced by nobody. */
type Victim = 'supervisor' | 'training' | 'supervisor, then training';
const victims: readonly Victim[] = ['supervisor', 'training', 'supervisor, then training'];

describe(`killing at random, ${rounds} times from seed ${seed}`, () => {
  let runs: TestRuns;
  before(async () => {
    runs = await testRuns();
    await runs.write({ 'train.py': training });
  });
  after(() => runs[Symbol.asyncDispose]());

  const random = seededRandom(seed);
  for (let first = 0; first < rounds; first += together) {
    const plans = Array.from({ length: Math.min(together, rounds - first) }, (_, index) => ({
      round: first + index,
      victim: victims[Math.floor(random() * victims.length)] ?? 'supervisor',
      watchdog: random() < 0.5,
      afterMs: Math.floor(random() * 1_200),
      secondAfterMs: Math.floor(random() * 300),
    }));
    const title = plans.map(describeRound).join(', ');
    it(`${first}: ${title}`, async () => {
      await Promise.all(plans.map(plan => playRound(runs, plan)));
    });
  }
});

interface Round {
  readonly round: number;
  readonly victim: Victim;
  readonly watchdog: boolean;
  readonly afterMs: number;
  readonly secondAfterMs: number;
}

async function playRound(runs: TestRuns, plan: Round): Promise<void> {
  const witness = join(runs.root, `witness-${plan.round}`);
  const run = await runs.launch(['python3', 'train.py', witness], {
    variables: { ...runs.environment, ...(plan.watchdog ? {} : { LOCKSTEP_WATCHDOG: '0' }) },
  });
  // The random moment is what is tested: whatever state the run is in by then is right.
  await delay(plan.afterMs);
  const killedSupervisor = plan.victim !== 'training' && killOne(run.supervisorPid);
  if (plan.victim === 'supervisor, then training') await delay(plan.secondAfterMs);
  const killedTraining = plan.victim !== 'supervisor' && (await killTraining(run));

  await waitFor('the training to end', async () => !(await trainingLives(run)));
  await waitFor('the supervisor to end', async () => !(await supervisorsLeft(run)));
  const written = await witnessed(witness);
  // A process that has ended is there until its parent takes note of it.
  const state = await waitFor(
    `the state to tell the end; round ${plan.round}: ${describeRound(plan)}`,
    async () => {
      const told = await stateOf(run);
      return told === 'running' || told === 'preparing' ? undefined : told;
    },
  );
  const context = `round ${plan.round}: ${describeRound(plan)}, ${written.length} steps written, state ${state}`;

  if (!killedSupervisor && !killedTraining) assert.equal(state, 'finished', context);
  else if (!killedSupervisor) assert.equal(state, 'failed', context);
  else assert.ok(state === 'lost' || state === 'finished' || state === 'failed', context);
  const started = (await readProcessRecord(run.paths))?.child !== undefined || written.length > 0;
  if (started && !killedTraining) assert.equal(written.length, steps, `the training survives; ${context}`);
  if (!started && !killedSupervisor) assert.equal(state, 'failed', context);
  // The one who takes over says so; the moment before there is one is short.
  if (!started && killedSupervisor)
    assert.ok(state === 'lost' || (plan.watchdog && state === 'failed'), context);

  const { series, problems } = await readRunMetrics(run.paths, { metricLines: false, ended: true });
  assert.deepEqual(problems, [], context);
  // Half of the steps are printed: a source of its own, whose metrics of the same name have their own series.
  const recorded = series.filter(one => one.key === 'loss' || one.key === 'stdout/loss');
  const known = recorded.flatMap(one => [...one.steps]).sort((a, b) => a - b);
  assert.deepEqual(known, [...new Set(known)], `no point twice; ${context}`);
  const missing = written.filter(step => !known.includes(step));
  assert.deepEqual(missing, [], `no acknowledged point is lost; ${context}`);
}

function describeRound(plan: Round): string {
  return `${plan.victim} at ${plan.afterMs} ms${plan.watchdog ? '' : ' without a watchdog'}`;
}

/** The one that was launched, those that took its place, and those that wait to. */
async function supervisorsLeft(run: LaunchedRun): Promise<boolean> {
  if ((await identifyProcess(run.supervisorPid)) !== undefined) return true;
  return (await findProcessTree({ root: { pid: -1 }, marker: `LOCKSTEP_SUPERVISOR=${run.id}` })).length > 0;
}

async function killTraining(run: LaunchedRun): Promise<boolean> {
  const marker = `LOCKSTEP_RUN_ID=${run.id}`;
  return (await signalProcessTree({ root: { pid: -1 }, marker }, 'SIGKILL')) > 0;
}

function killOne(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Looks twice: in the moment in which a process becomes another program it shows no environment. */
async function trainingLives(run: LaunchedRun): Promise<boolean> {
  const record = await readProcessRecord(run.paths);
  const tree = {
    root: record?.child ?? { pid: -1 },
    session: record?.processGroup,
    marker: `LOCKSTEP_RUN_ID=${run.id}`,
  };
  if ((await findProcessTree(tree)).length > 0) return true;
  await delay(20);
  return (await findProcessTree(tree)).length > 0;
}

/** As a reader sees it a good while later, when a heartbeat of the dead would be old. */
async function stateOf(run: LaunchedRun): Promise<string> {
  const result = await readResult(run.paths);
  const process = await readProcessRecord(run.paths);
  const evidence = { resultState: result?.state, process, lastSignOfLife: 0 };
  return (await deriveState(evidence, await hostIdentity(), Date.now())).state;
}

async function witnessed(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}
