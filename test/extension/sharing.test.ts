import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { runCommand } from '../../src/base/runCommand.ts';
import type { LockstepApi } from '../../src/extension/extension.ts';
import { commandIds } from '../../src/extension/ids.ts';
import { temporaryFolder, type TemporaryFolder } from '../helpers/temporaryFolder.ts';
import { waitFor } from '../helpers/waitFor.ts';
import {
  openedEditor,
  picture,
  removeAllRuns,
  rowOf,
  runFolders,
  runScript,
  waitForPicture,
} from './openedEditor.ts';
import type { OpenedEditor } from './openedEditor.ts';

describe('runs for others', () => {
  let editor: OpenedEditor;
  let folder: TemporaryFolder;
  let remote: string;

  const git = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runCommand({ program: 'git', args, cwd: editor.folder });
    assert.equal(exitCode, 0, stderr);
    return String(stdout);
  };
  const link = async (query: string): Promise<void> => {
    const { exports } = vscode.extensions.getExtension<LockstepApi>('lockstep.lockstep') ?? {};
    await exports?.links.handleUri(
      vscode.Uri.from({ scheme: 'vscode', authority: 'lockstep.lockstep', path: '/run', query }),
    );
  };
  const tabs = (): string[] =>
    vscode.window.tabGroups.all.flatMap(group => group.tabs.map(({ label }) => label));

  before(async () => {
    editor = await openedEditor();
    folder = await temporaryFolder();
    remote = join(folder.path, 'team with a space.git');
    await git('init', '-q', '--bare', remote);
    await git('remote', 'add', 'origin', remote);
    await removeAllRuns(editor);
    await runScript(editor, 'shared.py', ['print("nothing")']);
    await waitForPicture(editor, ['Today  1', '  pass shared.py  TIME'].join('\n'));
  });
  after(async () => {
    await removeAllRuns(editor);
    await git('remote', 'remove', 'origin');
    await folder.remove();
  });

  it('are at risk while only this machine has them, and the tree says so', async () => {
    await vscode.commands.executeCommand(commandIds.starRun, await rowOf(editor, 'shared.py'));
    await vscode.commands.executeCommand(commandIds.checkHealth);
    await waitFor('the warning', async () => /^ {2}warning shared\.py/m.test(await picture(editor)), {
      describe: () => picture(editor),
    });
    assert.match(await picture(editor, true), /warning Health/);
  });

  it('go to the remote after a look at what leaves, with a link that leads back', async () => {
    const row = await rowOf(editor, 'shared.py');
    const [dir = ''] = await runFolders(editor);
    await mkdir(join(dir, 'artifacts'), { recursive: true });
    await writeFile(join(dir, 'artifacts', 'small.bin'), Buffer.alloc(1024));
    await writeFile(join(dir, 'artifacts', 'large.bin'), Buffer.alloc(2 * 1024 * 1024));
    const sharing = vscode.commands.executeCommand(commandIds.shareRun, row);
    const shared = await waitFor('the run in the remote', async () => {
      // What leaves is asked first, then what is over the limit; the first answers are yes, and that it stays.
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return (await git('ls-remote', remote, 'refs/lockstep/shared/*')) || undefined;
    });
    await sharing;
    const id = shared.trim().slice(-26);
    // The large file was asked about, and stays here unless somebody says otherwise.
    const there = await git(
      '--git-dir',
      remote,
      'ls-tree',
      '-r',
      '--name-only',
      shared.split('\t')[1]?.trim() ?? '',
    );
    assert.match(there, /record\/artifacts\/small\.bin/);
    assert.doesNotMatch(there, /large\.bin/);
    await vscode.commands.executeCommand(commandIds.copyRunLink, row);
    const text = await vscode.env.clipboard.readText();
    assert.match(
      text,
      new RegExp(`^${vscode.env.uriScheme}://lockstep\\.lockstep/run\\?remote=.*&id=${id}\\n`),
    );
    assert.match(text, new RegExp(`\\ngit fetch .*\\nlockstep reproduce ${id}$`));

    await link(`remote=${encodeURIComponent(remote)}&id=${id}`);
    await waitFor('its forecast', () => tabs().includes('Reproduce: shared.py'), {
      describe: () => tabs().join(),
    });
  });

  it('are not followed by a link that says more than a run', async () => {
    const before = tabs();
    for (const query of [
      'remote=x&id=../../etc&run=rm',
      'id=01K0A0A0A0A0A0A0A0A0K7Q2P9',
      'remote=-u&id=01K0A0A0A0A0A0A0A0A0K7Q2P9',
    ])
      await link(query);
    assert.deepEqual(tabs(), before);
    assert.equal((await picture(editor)).split('\n').length, 2);
  });
});
