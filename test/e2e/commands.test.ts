/** What people do to runs, by mouse and keyboard in the real editor: questions, notifications, dialogs, trust. */
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockstep } from '../../scripts/sample/lockstepCommand.ts';
import { listRuns } from '../../scripts/sample/sampleRuns.ts';
import { Workbench } from '../../scripts/editor/workbench.ts';
import { runCommand } from '../../src/base/runCommand.ts';
import { gitRepository, type GitRepository } from '../helpers/gitRepository.ts';
import { gitWebServer } from '../helpers/remotes/gitWebServer.ts';
import { killExtensionHost, onlyExtensionHost } from './killExtensionHost.ts';
import { realEditor, type RealEditor } from '../helpers/realEditor.ts';
import { waitFor } from '../helpers/waitFor.ts';

const signal = new AbortController().signal;
const patience = { deadlineMs: 60_000, everyMs: 100 };

describe('the commands in the real editor', function () {
  this.timeout(240_000);
  let repository: GitRepository;
  let editor: RealEditor;
  let window: Workbench;

  before(async () => {
    repository = await gitRepository({
      'train.py':
        'import json\nfor e in range(3):\n    print(json.dumps({"epoch": e, "loss": 1 / (e + 1)}))\n',
      'words.py':
        'import time\nfor e in range(9000):\n    print(f"epoch: {e} loss: {1 / (e + 1):.4f}", flush=True)\n    time.sleep(0.1)\n',
    });
    const { root, environment } = repository;
    await lockstep(['run', '--name', 'baseline', '--', 'python3', 'train.py'], {
      cwd: root,
      env: environment,
    });
    editor = await realEditor(repository.home);
    window = await editor.openWindow(root);
    await window.openSidebar('Lockstep');
    await row('baseline').waitFor({ timeout: 60_000 });
  });
  after(async () => {
    await editor.stop();
    await repository.remove();
  });

  const row = (...texts: string[]) =>
    texts.reduce((rows, text) => rows.filter({ hasText: text }), window.rows()).first();

  it('makes a tag of what is typed', async () => {
    await window.rowMenu(row('baseline'), 'Edit Tags');
    await window.answer('Choose tags', 'fresh');
    await row('baseline', '#fresh').waitFor({ timeout: 30_000 });
  });

  it('brings a removed run back', async () => {
    await window.rowMenu(row('baseline'), 'Remove Run');
    const removed = window.notification('Removed 1 run.');
    await removed.getByRole('button', { name: 'Undo' }).click();
    await row('baseline', '#fresh').waitFor({ timeout: 30_000 });
  });

  it('refuses a filter that cannot be read, and shows what a good one leaves', async () => {
    await window.runCommand('Lockstep: Filter Runs…');
    const input = window.quickInput.locator('input').first();
    await input.fill('metrics.loss <');
    await window.quickInput.getByText('A value is missing').waitFor();
    await input.fill('state = failed');
    await window.quickInput.getByText('A value is missing').waitFor({ state: 'hidden' });
    await input.press('Enter');
    await window.page.getByText('No run matches the filter.').first().waitFor();
    await window.runCommand('Lockstep: Clear Filter');
    await row('baseline').waitFor();
  });

  it('saves what a chart shows as CSV', async () => {
    await window.rowMenu(row('baseline'), 'Show Metrics');
    await window.webview.locator('.card canvas').first().waitFor({ timeout: 60_000 });
    await window.webview.locator('vscode-button', { hasText: 'Export CSV' }).click();
    const path = window.quickInput.locator('input').first();
    await waitFor('the dialog', async () => (await path.inputValue()).endsWith('metrics.csv'), patience);
    await path.press('Enter');
    const csv = await waitFor(
      'the file',
      () => readFile(join(repository.root, 'metrics.csv'), 'utf8').catch(() => undefined),
      patience,
    );
    assert.equal(csv.trim().split('\r\n').length, 4);
  });

  it('offers to chart printed values, and charts them', async () => {
    await window.runCommand('Lockstep: Run Experiment…');
    await window.answer('Type a command', 'python3 words.py');
    const offer = window.notification('look like metrics (loss): chart them?');
    await offer.waitFor({ timeout: 60_000 });
    await offer.getByRole('button', { name: 'Preview' }).click();
    await window.quickInput.getByText('epoch: 0 loss: 1.0000').waitFor({ timeout: 30_000 });
    await window.pick('Chart Them');
    await row('words.py', 'loss').waitFor({ timeout: 60_000 });
    await window.rowMenu(row('words.py'), 'Cancel Run');
    await row('words.py', 'cancelled').waitFor({ timeout: 60_000 });
  });

  it('asks for a login once where git needs one, and keeps it where that is wanted', async () => {
    const hub = join(repository.home, 'the hub.git');
    await repository.git('init', '--quiet', '--bare', hub);
    await repository.git('--git-dir', hub, 'config', 'http.receivepack', 'true');
    await using web = await gitWebServer(repository.home, 'ana:open-sesame');
    await repository.git('remote', 'add', 'origin', `${web.url}/the%20hub.git`);
    const shared = (): Promise<string> => repository.git('--git-dir', hub, 'for-each-ref', 'refs/lockstep');
    const question = (text: string) => window.quickInput.filter({ hasText: text });
    const reply = async (text: string, words: string): Promise<void> => {
      const input = question(text).locator('input').first();
      await input.fill(words, { timeout: 60_000 });
      await input.press('Enter');
    };
    const share = async (): Promise<void> => {
      await window.rowMenu(row('baseline'), 'Share Run');
      await question('Share baseline through origin').waitFor({ timeout: 60_000 });
      await window.pick('Share');
    };

    await share();
    await question('Log in to origin').waitFor({ timeout: 60_000 });
    await window.page.keyboard.press('Escape');
    await window.notification('Sharing baseline').waitFor({ state: 'hidden', timeout: 60_000 });
    assert.equal(await shared(), '');
    assert.equal(await window.notification('does not let you').count(), 0, 'to cancel is no error');

    await share();
    await reply('User name for http://127.0.0.1', 'ana');
    await reply('access token of ana', 'a wrong word');
    await reply('does not let you', 'ana');
    await reply('access token of ana', 'open-sesame');
    await window.notification('baseline is shared through origin').waitFor({ timeout: 60_000 });
    assert.match(await shared(), /refs\/lockstep\/shared/);
    await window.notification('Keep the password of ana').getByRole('button', { name: 'Keep' }).click();

    // What the extension had in mind is gone: what was kept is used, and nobody is asked.
    await window.closeNotifications();
    const host = await onlyExtensionHost(editor.server);
    await killExtensionHost(editor.server, host);
    await onlyExtensionHost(editor.server);
    // Rows of the host that is gone stay on the screen, and do nothing, until this one's are there.
    await lockstep(['run', '--name', 'later', '--', 'python3', 'train.py'], {
      cwd: repository.root,
      env: repository.environment,
    });
    await window.runCommand('Lockstep: Refresh Runs');
    await row('later').waitFor({ timeout: 60_000 });
    await share();
    await window.notification('baseline was on origin already').waitFor({ timeout: 60_000 });
    const found = await runCommand({
      ...{ program: 'grep', args: ['-rl', '-e', 'open-sesame', '-e', 'a wrong word', repository.root] },
    });
    assert.equal(found.stdout.toString('utf8'), '', 'a password was written');
    await repository.git('remote', 'remove', 'origin');
  });

  it('asks which folder a link belongs to, and shows the run in a window on it', async () => {
    const [run] = await listRuns({ cwd: repository.root, env: repository.environment, signal });
    const remote = encodeURIComponent('https://example.invalid/digits.git');
    const elsewhere = join(repository.home, 'elsewhere');
    await mkdir(elsewhere);
    await window.page.close();
    window = await editor.openWindow(elsewhere);
    await window.runCommand('Developer: Open URL');
    const address = window.quickInput.locator('input').first();
    await address.fill(`vscode://lockstep.lockstep/run?remote=${remote}&id=${run?.id ?? ''}`);
    await address.press('Enter');
    await window.page
      .locator('.monaco-dialog-box')
      .getByRole('button', { name: 'Open', exact: true })
      .click();
    const question = window.quickInput.filter({ hasText: 'Which Folder Is the Repository of This Link?' });
    await question.waitFor({ timeout: 60_000 });
    const folders = question.locator('.monaco-list-row');
    // The folder of this window has been looked through.
    assert.doesNotMatch((await folders.allInnerTexts()).join('\n'), /elsewhere/);
    await folders.filter({ hasText: repository.root }).first().click();
    const opened = await waitFor(
      'the new window',
      async () => {
        // A browser lets a click open windows for some seconds only; the editor then asks for another one.
        const retry = window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Retry' });
        if (await retry.isVisible()) await retry.click();
        return editor.person.pages().find(page => page !== window.page);
      },
      { deadlineMs: 120_000, everyMs: 200 },
    );
    await window.page.close();
    window = new Workbench(opened);
    await window.tab('Reproduce:').waitFor({ timeout: 90_000 });
  });

  it('says in an untrusted folder why nothing runs', async () => {
    await window.page.close();
    const folder = join(repository.home, 'untrusted');
    await mkdir(folder);
    await editor.settings({
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
    });
    window = await editor.openWindow(folder);
    await window.openSidebar('Lockstep');
    await window.page
      .getByText('No runs yet. To start one, trust this folder: a run executes its code.')
      .first()
      .waitFor({ timeout: 60_000 });
  });
});
