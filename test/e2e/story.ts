/**
 * The main story, as a person lives it in the real editor. One telling, two listeners: the end-to-end test, and the
 * script that makes the pictures of the README.
 */
import assert from 'node:assert/strict';
import { lockstep } from '../../scripts/sample/lockstepCommand.ts';
import type { Workbench } from '../../scripts/editor/workbench.ts';
import { waitFor } from '../helpers/waitFor.ts';
import type { GitRepository } from '../helpers/gitRepository.ts';
import type { RealEditor } from '../helpers/realEditor.ts';

export interface StoryOptions {
  readonly editor: RealEditor;
  readonly repository: GitRepository;
  /** What the person types, a training of the sample that takes a while. */
  readonly command: string;
  /** Told after each chapter, while the window shows it. */
  readonly seen?: (chapter: Chapter, workbench: Workbench) => Promise<void>;
}

export type Chapter = 'welcome' | 'training' | 'charts' | 'reopened' | 'forecast' | 'report';

const patience = { deadlineMs: 120_000, everyMs: 100 };

export async function tellStory({ editor, repository, command, seen }: StoryOptions): Promise<void> {
  const { root } = repository;
  let window = await editor.openWindow(root);
  await window.openSidebar('Lockstep');
  await window.page.getByText('No runs yet.').first().waitFor({ timeout: 60_000 });
  await seen?.('welcome', window);

  // A training script, unchanged, seen live in the explorer …
  await window.runCommand('Lockstep: Run Experiment…');
  await window.answer('Type a command', command);
  const row = window.rows('val_loss').first();
  await row.waitFor({ timeout: 60_000 });
  const early = await row.innerText();
  await waitFor('newer metrics in the explorer', async () => (await row.innerText()) !== early, patience);
  await seen?.('training', window);

  // … and on a chart.
  await window.rowMenu(row, 'Show Metrics');
  await chartMoves(window);
  await seen?.('charts', window);

  // The window closes while it trains; the training does not notice.
  assert.equal((await onlyRun(repository)).state, 'running');
  await window.close();
  const { id } = await onlyRun(repository);
  const stepsAtClose = (await onlyRun(repository)).steps;
  await waitFor(
    'the training to go on',
    async () => (await onlyRun(repository)).steps > stepsAtClose,
    patience,
  );

  // Back again: the run is there, the chart too, and it comes to its end.
  window = await editor.openWindow(root);
  await window.openSidebar('Lockstep');
  await window.rows('val_loss').first().waitFor({ timeout: 60_000 });
  await waitFor(
    'the end of the training',
    async () => (await onlyRun(repository)).state === 'finished',
    patience,
  );
  await seen?.('reopened', window);

  // One click, Enter, and a verdict.
  await window.rowMenu(window.rows('val_loss').first(), 'Reproduce This Run');
  const sentence = window.webview.locator('.sentence');
  await window.tab('Reproduction').waitFor({ timeout: 60_000 });
  const start = window.webview.locator('.actions vscode-button').first();
  await waitFor('the forecast', async () => (await start.getAttribute('disabled')) === null, {
    ...patience,
    describe: () => sentence.innerText(),
  });
  await seen?.('forecast', window);
  await start.press('Enter');
  await waitFor(
    'the verdict in the report',
    async () => /^Identical/i.test(await window.webview.locator('.headline').innerText()),
    { ...patience, describe: () => sentence.innerText() },
  );
  await seen?.('report', window);
  await window.page.close();

  // The command line says the same, and the person's work is as it was.
  const runs = await listRuns(repository);
  assert.deepEqual(
    runs.find(run => run.id === id)?.verdicts.map(({ verdict }) => verdict),
    ['identical'],
  );
  assert.equal(await repository.git('status', '--porcelain'), '');
  assert.equal(await repository.git('log', '--all', '--format=%s'), 'first commit');
  assert.equal(await repository.git('stash', 'list'), '');
}

/** The picture of a chart changes by itself while the training goes on. */
async function chartMoves(window: Workbench): Promise<void> {
  const canvas = window.webview.locator('.card canvas').first();
  await canvas.waitFor({ timeout: 60_000 });
  const picture = async (): Promise<string> => (await canvas.screenshot()).toString('base64');
  const early = await picture();
  await waitFor('the chart to move', async () => (await picture()) !== early, patience);
}

interface SeenRun {
  readonly id: string;
  readonly state: string;
  readonly steps: number;
  readonly verdicts: readonly { verdict: string }[];
}

async function onlyRun(repository: GitRepository): Promise<SeenRun> {
  const [run, ...others] = await listRuns(repository);
  assert.deepEqual(others, []);
  assert.ok(run !== undefined);
  return run;
}

async function listRuns({ root, environment }: GitRepository): Promise<SeenRun[]> {
  const outcome = await lockstep(['runs', '--json'], { cwd: root, env: environment });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  const { runs } = JSON.parse(outcome.stdout) as {
    runs: {
      id: string;
      state: string;
      metrics: Record<string, { count: number }>;
      verdicts: { verdict: string }[];
    }[];
  };
  return runs.map(({ id, state, metrics, verdicts }) => ({
    id,
    state,
    verdicts,
    steps: metrics['loss']?.count ?? 0,
  }));
}
