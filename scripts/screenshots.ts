/**
 * `npm run screenshots`: the pictures of the README, taken in the real editor on real runs of the sample. Look at
 * them before they are committed.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../src/base/runCommand.ts';
import { realEditor } from '../test/helpers/realEditor.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { projectRoot } from './projectRoot.ts';
import { lockstep } from './sample/lockstepCommand.ts';
import { fillRepository } from './sample/sampleProject.ts';
import { ensureSampleRuns } from './sample/sampleRuns.ts';
import { buildCheck, runChecks } from './suites/runChecks.ts';

const themes = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'high-contrast': 'Default High Contrast',
} as const;
const target = join(projectRoot, 'media', 'screenshots');
const signal = new AbortController().signal;

console.log('Building …');
if ((await runChecks([buildCheck], signal)).failed > 0) process.exit(1);

await using home = await temporaryFolder();
await using parent = await temporaryFolder();
const env = scrubbedEnvironment(home.path);
const root = join(parent.path, 'digits');
await mkdir(root);
await fillRepository(root, env);
await ensureSampleRuns({ cwd: root, env, signal, say: line => console.log(line) });

await using editor = await realEditor(home.path);
const window = await editor.openWindow(root, { width: 1280, height: 800 });
await window.openSidebar('Lockstep');
await window.rows('baseline').first().waitFor({ timeout: 60_000 });
await window.widenSidebar(90);

// Several finished runs together with one that trains.
await lockstep(
  ['run', '--detach', '--name', 'wide', '--', 'python3', 'train.py', '--hidden', '48', '--lr', '0.1'],
  {
    cwd: root,
    env,
  },
);
await window.rows('wide').filter({ hasText: 'val_loss' }).first().waitFor({ timeout: 60_000 });
for (const name of [/^\s*narrow/, /^\s*lr 0.2/, /^\s*wide/])
  await window
    .rows(name)
    .first()
    .click({ modifiers: ['ControlOrMeta'] });
await window.rowMenu(window.rows(/^\s*wide/).first(), 'Show Metrics Together');
await window.webview.locator('.card canvas').nth(3).waitFor({ timeout: 60_000 });
await takeAll('charts');

// A plain click ends the selection of several; the menu of several runs is another one.
await window
  .rows(/^\s*baseline(?!-repro)/)
  .first()
  .click();
await window.rowMenu(window.rows(/^\s*baseline(?!-repro)/).first(), 'Show Reproduction Report');
await window.webview.locator('.headline').filter({ hasText: 'Identical' }).waitFor({ timeout: 60_000 });
await takeAll('report');

// The sample's data and a model as versions: one run made the pinned model, another has written a newer one.
await say('git', 'rm', '--quiet', '--cached', 'data/digits.csv.gz');
await own('data', 'add', 'data/digits.csv.gz');
await own('run', '--pin-outputs', '--name', 'first model', '--', 'python3', 'train.py', '--epochs', '5');
await say('git', 'add', '--all');
await say(
  ...['git', '-c', 'user.name=Lockstep', '-c', 'user.email=sample@lockstep.invalid'],
  ...['commit', '--quiet', '--no-verify', '--message', 'Pin data and model'],
);
await own('run', '--name', 'second model', '--', 'python3', 'train.py', '--epochs', '8');
await window.rows('model.json').filter({ hasText: 'modified' }).first().waitFor({ timeout: 60_000 });
await window.rows('digits.csv.gz').first().hover();
await window.page
  .locator('.monaco-hover:visible')
  .filter({ hasText: 'used by' })
  .waitFor({ timeout: 60_000 });
await takeAll('data');
await window.page.close();

async function own(...words: string[]): Promise<void> {
  const outcome = await lockstep(words, { cwd: root, env });
  if (outcome.exitCode !== 0) throw new Error(`lockstep ${words.join(' ')}: ${outcome.stderr}`);
}

async function say(program: string, ...args: string[]): Promise<void> {
  const outcome = await runCommand({ program, args, cwd: root, env });
  if (outcome.exitCode !== 0) throw new Error(`${program} ${args.join(' ')}: ${outcome.stderr}`);
}

/** Takes the window in every theme. */
async function takeAll(name: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const [word, theme] of Object.entries(themes)) {
    await editor.settings({ 'workbench.colorTheme': theme });
    const kind = { dark: 'vs-dark', light: 'vs', 'high-contrast': 'hc-black' }[word] ?? '';
    await window.page.locator(`.monaco-workbench.${kind}`).waitFor();
    // Two frames after the colours have changed, the webview has drawn with them.
    await window.webview.locator('body').evaluate(() => new Promise(resolve => setTimeout(resolve, 1000)));
    const path = join(target, `${name}-${word}.png`);
    await window.page.screenshot({ path });
    console.log(path);
  }
}
