import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { runCommand } from '../../src/base/runCommand.ts';
import { commandIds } from '../../src/extension/ids.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { openedEditor, picture, rowOf, waitForPicture, type OpenedEditor } from './openedEditor.ts';

const newest = [
  'folder data set  3 files · 23 B',
  '  file a.csv',
  '  file b.csv',
  '  file c.csv',
  'file model.bin  7 B',
].join('\n');

describe('the Data & Models view', () => {
  let editor: OpenedEditor;
  let branch: string;

  const git = async (...words: string[]): Promise<string> => {
    const outcome = await runCommand({ program: 'git', args: words, cwd: editor.folder });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    return outcome.stdout.toString('utf8').trim();
  };
  const commit = async (message: string): Promise<void> => {
    await git('add', '--all');
    await git(
      '-c',
      'user.name=A Tester',
      '-c',
      'user.email=tester@example.invalid',
      'commit',
      '-qm',
      message,
    );
  };
  const at = (...parts: string[]): string => join(editor.folder, ...parts);
  const pin = (...names: string[]): Thenable<unknown> =>
    vscode.commands.executeCommand(commandIds.pinData, vscode.Uri.file(at(...names)));

  before(async () => {
    const opened = await openedEditor();
    editor = { ...opened, tree: opened.data };
    branch = await git('branch', '--show-current');
    await git('checkout', '-qb', 'with-data');
  });
  after(async () => {
    await git('checkout', '-qf', branch);
    await git('clean', '-ffdqx', '-e', '.lockstep');
    await waitForPicture(editor, '');
  });

  it('is empty where nothing is pinned', async () => {
    assert.equal(await picture(editor), '');
  });

  it('pins a folder and a file, and shows both', async () => {
    await mkdir(at('data set'));
    await writeFile(at('data set', 'a.csv'), 'a,b\n1,2\n');
    await writeFile(at('data set', 'b.csv'), 'a,b\n3,4\n');
    await writeFile(at('model.bin'), 'weights');
    await pin('data set');
    await pin('model.bin');
    await commit('pin data');
    await waitForPicture(
      editor,
      ['folder data set  2 files · 16 B', '  file a.csv', '  file b.csv', 'file model.bin  7 B'].join('\n'),
    );
  });

  it('shows what was changed, and pins it as a new version', async () => {
    await appendFile(at('data set', 'a.csv'), '5,6\n');
    await writeFile(at('data set', 'c.csv'), 'new');
    await waitForPicture(
      editor,
      [
        'folder data set  2 files · 16 B · 1 modified, 1 added',
        '  file a.csv  modified',
        '  file b.csv',
        '  file c.csv  not pinned',
        'file model.bin  7 B',
      ].join('\n'),
    );
    await vscode.commands.executeCommand(commandIds.commitData, await rowOf(editor, 'data set'));
    await waitForPicture(editor, newest);
    await commit('more data');
  });

  it('lets the data follow when another commit is checked out in a terminal', async () => {
    await git('checkout', '-q', 'HEAD~1');
    await waitFor(
      'the older version',
      async () => (await readFile(at('data set', 'a.csv'), 'utf8')) === 'a,b\n1,2\n',
    );
    await waitForPicture(
      editor,
      ['folder data set  2 files · 16 B', '  file a.csv', '  file b.csv', 'file model.bin  7 B'].join('\n'),
    );
    await git('checkout', '-q', 'with-data');
    await waitFor(
      'the newer version',
      async () => (await readFile(at('data set', 'c.csv'), 'utf8').catch(() => '')) === 'new',
    );
  });

  it('keeps what was modified when HEAD moves', async () => {
    await writeFile(at('model.bin'), 'my own weights');
    await git('checkout', '-q', 'HEAD~1');
    await waitFor(
      'the older folder',
      async () => (await readFile(at('data set', 'c.csv'), 'utf8').catch(() => 'gone')) === 'gone',
    );
    assert.equal(await readFile(at('model.bin'), 'utf8'), 'my own weights');
    await writeFile(at('model.bin'), 'weights');
    await git('checkout', '-q', 'with-data');
    await waitFor(
      'the newer folder',
      async () => (await readFile(at('data set', 'c.csv'), 'utf8').catch(() => '')) === 'new',
    );
    await waitForPicture(editor, newest);
  });

  it('gets back what was deleted', async () => {
    await rm(at('data set'), { recursive: true });
    await waitForPicture(
      editor,
      [
        'folder data set  3 files · 23 B · not here',
        '  file a.csv  not here',
        '  file b.csv  not here',
        '  file c.csv  not here',
        'file model.bin  7 B',
      ].join('\n'),
    );
    await vscode.commands.executeCommand(commandIds.fetchData, await rowOf(editor, 'data set'));
    assert.equal(await readFile(at('data set', 'c.csv'), 'utf8'), 'new');
  });

  it('opens a version of a file in the diff editor', async () => {
    await writeFile(at('data set', 'a.csv'), 'a,b\n9,9\n');
    await waitFor('the change', async () => (await picture(editor)).includes('1 modified'));
    await vscode.commands.executeCommand(commandIds.compareData, await rowOf(editor, 'data set'));
    const input = await waitFor('a diff editor', () => {
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return Promise.resolve(tab instanceof vscode.TabInputTextDiff ? tab : undefined);
    });
    const before = await vscode.workspace.openTextDocument(input.original);
    assert.equal(before.getText(), 'a,b\n1,2\n5,6\n');
    assert.equal(input.modified.fsPath, at('data set', 'a.csv'));
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
