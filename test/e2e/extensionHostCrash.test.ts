/**
 * Kills the editor's extension host with SIGKILL at random moments around runs that it was asked for, and asks each
 * time: does every run that has a folder end in a truthful state, did the training survive, is every metric there that
 * the script knows it wrote, and does the explorer say so when the window is back? `LOCKSTEP_SOAK=1` repeats it often;
 * `LOCKSTEP_SEED` repeats one sequence.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import { ulid } from 'ulid';
import type { Workbench } from '../../scripts/editor/workbench.ts';
import { findProcessTree } from '../../src/base/processTree.ts';
import { readResult } from '../../src/execution/runEnd.ts';
import { runPaths, storePaths } from '../../src/runs/runPaths.ts';
import { heartbeatLimitMs, type RunState } from '../../src/runs/runState.ts';
import { RunStore } from '../../src/runs/runStore.ts';
import { readRunMetrics } from '../../src/tracking/readRunMetrics.ts';
import { seededRandom } from '../crash/seededRandom.ts';
import { gitRepository, type GitRepository } from '../helpers/gitRepository.ts';
import { realEditor, type RealEditor } from '../helpers/realEditor.ts';
import { often, soak } from '../helpers/soak.ts';
import { endEverything } from '../helpers/testRuns.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { extensionHosts, killExtensionHost, onlyExtensionHost } from './killExtensionHost.ts';

const seed = Number(process.env['LOCKSTEP_SEED'] ?? '20260101');
const patience = { deadlineMs: 120_000, everyMs: 20 };

/** Writes each step by one of the two ways in, unflushed, then notes outside the run that the write has returned. */
const training = `
import json, os, sys, time
steps = int(sys.argv[sys.argv.index("--steps") + 1])
witness = os.open(os.path.expanduser("~/witnesses/" + os.environ["LOCKSTEP_RUN_ID"]), os.O_WRONLY | os.O_CREAT)
reports = os.open(os.environ["LOCKSTEP_METRICS"], os.O_WRONLY | os.O_APPEND)
for step in range(steps):
    line = json.dumps({"step": step, "loss": step + 0.5})
    if step % 2:
        print(line)
    else:
        os.write(reports, (line + "\\n").encode())
    os.write(witness, b"%d\\n" % step)
    time.sleep(0.01)
`;

/** When the host dies. */
const moments = ['asked', 'announced', 'running', 'ending', 'reproducing'] as const;
type Moment = (typeof moments)[number];

interface Round {
  readonly round: number;
  readonly moment: Moment;
  /** 0 to 1: how far into the moment. */
  readonly part: number;
  readonly steps: number;
  /** Whether the editor brings its host back by itself, rather than the person by opening the window again. */
  readonly restarts: boolean;
}

const random = seededRandom(seed);
const rounds = Array.from({ length: often(5, 55) }, (_, round): Round => ({
  round,
  moment: moments[round % moments.length] ?? 'asked',
  part: random(),
  steps: (soak ? 150 : 60) + Math.floor(random() * 150),
  // It gives up at the third crash in a row.
  restarts: round % 3 !== 0,
}));

describe(`killing the extension host, ${rounds.length} times from seed ${seed}`, function () {
  this.timeout(240_000);
  let repository: GitRepository;
  let editor: RealEditor;
  let window: Workbench;
  let store: string;
  let witnesses: string;
  const ends: string[] = [];

  before(async () => {
    repository = await gitRepository({ 'train.py': training });
    store = join(repository.root, '.git', 'lockstep');
    witnesses = join(repository.home, 'witnesses');
    await mkdir(witnesses);
    // The moments are those of the run: what is shown before it starts nothing.
    editor = await realEditor(repository.home, { 'lockstep.reproduce.forecast': 'skip' });
    window = await editor.openWindow(repository.root);
    await window.openSidebar('Lockstep');
    await window.page.getByText('No runs yet.').first().waitFor({ timeout: 60_000 });
  });
  after(async () => {
    if (soak) console.log(ends.join('\n'));
    await editor[Symbol.asyncDispose]();
    for (const id of runIds(store)) await endEverything(id, runPaths(store, id));
    await repository.remove();
  });

  // A round that failed while the window was closed must not fail those after it.
  beforeEach(async () => {
    if (window.page.isClosed()) await reopen();
  });

  for (const round of rounds) {
    const { moment, part, restarts } = round;
    const back = restarts ? 'the editor restarts it' : 'the window is opened again';
    it(`${round.round}: ${moment}, ${Math.round(part * 100)} % in; ${back}`, async () => {
      const before = new Set(runIds(store));
      const host = await onlyExtensionHost(editor.server);
      const steps = await ask(round);
      await reach({ ...round, steps }, before);
      await killExtensionHost(editor.server, host);

      await comeBack(host, restarts);
      const announced = runIds(store).filter(id => !before.has(id));
      assert.ok(announced.length <= 1);
      const states: string[] = [];
      for (const id of announced) {
        await waitFor('everything of the run to end', () => isOver(id), patience);
        const state = await truth(id, steps, moment);
        states.push(state);
        await shown(id, state);
      }
      ends.push(
        `${round.round} ${moment} ${part.toFixed(2)} ${restarts ? 'restart' : 'reload'}: ${states.join() || 'no run'}`,
      );
    });
  }

  it('shows a run as lost whose starter died before there was a supervisor', async () => {
    const model = runIds(store).find(candidate => existsSync(runPaths(store, candidate).launch)) ?? '';
    const id = ulid();
    const { dir, launch } = runPaths(store, id);
    await mkdir(dir, { recursive: true });
    await cp(runPaths(store, model).launch, launch);
    await reopen();
    await shown(id, 'preparing');
    await age(dir);
    // Nobody announces it: the explorer looks at what seems to live by itself.
    await shown(id, 'lost');
  });

  /** Asks for a run, or for the reproduction of one, as a person does; resolves with the steps that it will have. */
  async function ask({ round, moment, steps }: Round): Promise<number> {
    if (moment === 'reproducing') {
      const listed = await new RunStore(store).list();
      const original = listed.find(run => run.reproduces === undefined && run.state === 'finished');
      assert.ok(original !== undefined);
      await window.rowMenu(await row(original.id), 'Reproduce This Run');
      const { loss, 'stdout/loss': printed } = original.metrics;
      return (loss?.count ?? 0) + (printed?.count ?? 0);
    }
    await window.runCommand('Lockstep: Run Experiment…');
    await window.answer('Type a command', `python3 train.py --round ${round} --steps ${steps}`);
    return steps;
  }

  /** The moment itself is chance: whatever is true by then is right. */
  async function reach({ moment, part, steps }: Round, before: ReadonlySet<string>): Promise<void> {
    if (moment === 'asked') return delay(part * 300);
    const id = await waitFor(
      'the run folder',
      () => runIds(store).find(candidate => !before.has(candidate)),
      {
        ...patience,
        everyMs: 1,
        describe: () => window.page.locator('.notification-toast').allInnerTexts().then(String),
      },
    );
    if (moment === 'announced') return delay(part * 400);
    if (moment === 'reproducing') return delay(part * (steps * 10 + 3_000));
    const wanted = moment === 'ending' ? steps : Math.max(1, Math.floor(part * steps));
    await waitFor(
      'the training to come so far',
      async () => (await witnessed(id)).length >= wanted,
      patience,
    );
    return moment === 'ending' ? delay(part * 800) : undefined;
  }

  async function comeBack(killed: number, restarts: boolean): Promise<void> {
    if (!restarts) return reopen();
    await waitFor(
      'the editor to restart its host',
      () => extensionHosts(editor.server).some(pid => pid !== killed),
      patience,
    );
  }

  async function reopen(): Promise<void> {
    await window.page.close();
    // The one that the editor was restarting meanwhile ends when nobody came back to it.
    await waitFor(
      'the hosts of the closed window to end',
      () => extensionHosts(editor.server).length === 0,
      patience,
    );
    window = await editor.openWindow(repository.root);
    await window.openSidebar('Lockstep');
  }

  /** The state of a run whose processes are all gone, after everything that it must tell was compared. */
  async function truth(id: string, steps: number, moment: Moment): Promise<RunState> {
    const paths = runPaths(store, id);
    const written = await witnessed(id);
    const result = await readResult(paths);
    const context = `${id}: ${written.length} of ${steps} steps written, result ${JSON.stringify(result?.state)}, ${await said(id)}`;
    if (result === undefined) {
      assert.deepEqual(written, [], context);
      assert.ok(!existsSync(paths.process), `no supervisor was told what to do; ${context}`);
      await age(paths.dir);
    } else if (written.length === 0) {
      assert.equal(result.failure?.code, 'launcher-died', context);
    } else {
      assert.equal(result.state, 'finished', context);
      assert.equal(written.length, steps, `the training survives; ${context}`);
    }
    if (moment === 'running' || moment === 'ending') assert.equal(result?.state, 'finished', context);
    const { state, stillRunning, reproduces } = await new RunStore(store).summary(id);
    assert.deepEqual(
      { state, stillRunning },
      { state: result?.state ?? 'lost', stillRunning: false },
      context,
    );

    const { series, problems } = await readRunMetrics(paths, { metricLines: false, ended: true });
    assert.deepEqual(problems, [], context);
    const points = series
      // What was printed is a source of its own, whose metrics of the same name have their own series.
      .filter(one => one.key === 'loss' || one.key === 'stdout/loss')
      .flatMap(one => [...one.steps].map((step, at) => ({ step, value: one.values[at] })))
      .sort((a, b) => a.step - b.step);
    assert.deepEqual(
      points,
      written.map(step => ({ step, value: step + 0.5 })),
      `every point once; ${context}`,
    );

    if (reproduces !== undefined && state === 'finished') {
      const { verdicts } = await new RunStore(store).read(reproduces);
      const verdict = verdicts.find(one => one.reproductionId === id);
      assert.ok(verdict !== undefined, `the reproduction has its verdict; ${context}`);
    }
    return state;
  }

  /** Rows are told apart by the number of their round; of several reproductions of one run the newest is on top. */
  async function row(id: string): Promise<Locator> {
    const { argv, reproduces } = await new RunStore(store).summary(id);
    const number = argv[argv.indexOf('--round') + 1];
    if (argv.length === 0) return window.rows(id.slice(-6)).first();
    // What is cut off on the screen is in the words for a screen reader.
    const ends = [' ', ','].flatMap(end => [`round ${number}${end}`, `round=${number}${end}`]);
    const spoken = ends.map(words => `[aria-label*="${words}"]`).join();
    const label = window.rows().and(window.page.locator(spoken));
    const [only, not] = ['[aria-label*=", reproduces "]', ':not([aria-label*=", reproduces "])'];
    return label.and(window.page.locator(reproduces === undefined ? not : only)).first();
  }

  /** Waits until the explorer says so. */
  async function shown(id: string, state: string): Promise<void> {
    const found = await row(id);
    const words = async (): Promise<string> =>
      (await found.getAttribute('aria-label', { timeout: 1_000 })) ?? '';
    await waitFor(
      `the explorer to show ${id} as ${state}`,
      async () => new RegExp(`, ${state}\\b`, 'i').test(await words()),
      { ...patience, everyMs: 100, describe: async () => (await window.rowTexts()).join('\n') },
    );
  }

  async function witnessed(id: string): Promise<number[]> {
    const text = await readFile(join(witnesses, id), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean).map(Number);
  }

  async function said(id: string): Promise<string> {
    return readFile(runPaths(store, id).supervisorLog, 'utf8').catch(() => 'the supervisor has said nothing');
  }
});

function runIds(store: string): string[] {
  const { runs } = storePaths(store);
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .flatMap(shard => readdirSync(join(runs, shard)))
    .sort();
}

/** Looks twice: in the moment in which a process becomes another program it shows no environment. */
async function isOver(id: string): Promise<boolean> {
  for (let look = 0; look < 2; look++) {
    for (const name of ['LOCKSTEP_SUPERVISOR', 'LOCKSTEP_RUN_ID'])
      if ((await findProcessTree({ root: { pid: -1 }, marker: `${name}=${id}` })).length > 0) return false;
    await delay(20);
  }
  return true;
}

/** As if everything of the run had been silent for longer than a heartbeat may be late. */
async function age(dir: string): Promise<void> {
  const then = new Date(Date.now() - 2 * heartbeatLimitMs);
  await utimes(dir, then, then);
}
