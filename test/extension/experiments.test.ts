import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { runCommand } from '../../src/base/runCommand.ts';
import { commandIds } from '../../src/extension/ids.ts';
import { projectRoot } from '../../scripts/projectRoot.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { openedEditor, picture, removeAllRuns, rowOf, runScript, waitForPicture } from './openedEditor.ts';
import type { OpenedEditor } from './openedEditor.ts';

/** Prints two epochs and writes a file. */
const training = [
  'import json, pathlib',
  'for epoch, loss in enumerate([0.5, 0.25, 0.75], 1):',
  '    print(json.dumps({"epoch": epoch, "loss": loss}))',
  'pathlib.Path("model.json").write_text("{}")',
];
const waiting = ['import time', 'print("waiting", flush=True)', 'time.sleep(600)'];

describe('the Experiments view', () => {
  let editor: OpenedEditor;

  before(async () => {
    editor = await openedEditor();
  });
  beforeEach(() => removeAllRuns(editor));
  after(() => removeAllRuns(editor));

  /** As a person does in a terminal: nothing but files tells the editor. */
  const lockstep = async (...words: string[]): Promise<void> => {
    const outcome = await runCommand({
      program: process.execPath,
      args: [join(projectRoot, 'dist', 'cli.cjs'), ...words],
      cwd: editor.folder,
      timeoutMs: 60_000,
    });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
  };

  it('is empty in a repository without runs', async () => {
    // Runs of the tests before have just been removed.
    await waitFor('the tree to be empty', async () => (await picture(editor)) === '');
  });

  it('has every command of the manifest', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(commandIds).filter(id => !known.has(id)),
      [],
    );
  });

  it('shows a script that was run from the editor, from its start to what came out', async () => {
    await runScript(editor, 'story.py', training);
    await waitForPicture(editor, ['Today  1', '  pass story.py  loss 0.75 · TIME'].join('\n'));
    const deep = await picture(editor, true);
    assert.match(deep, /graph-line Metrics {2}last · best\n {6}pulse loss {2}0\.75 · 0\.25/);
    assert.match(deep, /git-commit Code {2}1 file changed · HASH · main/);
  });

  it('shows a run of the command line by itself, with its name and tag', async () => {
    await writeFile(join(editor.folder, 'story.py'), training.join('\n'));
    await lockstep('run', '--name', 'from a shell', '--tag', 'shell', '--', 'python3', 'story.py');
    await waitForPicture(editor, ['Today  1', '  pass from a shell  loss 0.75 · TIME · #shell'].join('\n'));
  });

  it('says why a run failed', async () => {
    await runScript(editor, 'broken.py', ['raise ValueError("loss is nan")']);
    await waitForPicture(
      editor,
      ['Today  1', '  error broken.py  exit 1 · ValueError: loss is nan · TIME'].join('\n'),
    );
  });

  it('cancels a run', async () => {
    await runScript(editor, 'waiting.py', waiting);
    await waitForPicture(editor, ['Running  1', '  loading~spin waiting.py  TIME'].join('\n'));
    await vscode.commands.executeCommand(commandIds.cancelRun, await rowOf(editor, 'waiting.py'));
    await waitForPicture(editor, ['Today  1', '  circle-slash waiting.py  cancelled · TIME'].join('\n'));
  });

  it('stars, archives and groups runs', async () => {
    await runScript(editor, 'story.py', training);
    await waitForPicture(editor, ['Today  1', '  pass story.py  loss 0.75 · TIME'].join('\n'));
    await vscode.commands.executeCommand(commandIds.starRun, await rowOf(editor, 'story.py'));
    await waitForPicture(editor, ['Today  1', '  pass story.py  ★ loss 0.75 · TIME'].join('\n'));
    await vscode.commands.executeCommand(commandIds.archiveRun, await rowOf(editor, 'story.py'));
    await waitForPicture(editor, '');
    await vscode.commands.executeCommand(commandIds.showArchived);
    await waitForPicture(editor, ['Today  1', '  pass story.py  ★ loss 0.75 · TIME · archived'].join('\n'));
    await vscode.commands.executeCommand(commandIds.hideArchived);
    await waitForPicture(editor, '');
    await vscode.commands.executeCommand(commandIds.showArchived);
    await vscode.commands.executeCommand(commandIds.unarchiveRun, await rowOf(editor, 'story.py'));
    await vscode.commands.executeCommand(commandIds.hideArchived);
    await waitForPicture(editor, ['Today  1', '  pass story.py  ★ loss 0.75 · TIME'].join('\n'));
  });

  it('shows the log of a run, colours taken out, standard error below', async () => {
    await runScript(editor, 'noisy.py', [
      'import sys',
      'print("\\033[31mred\\033[0m")',
      'print("10%\\r50%\\r100%")',
      'print("warning", file=sys.stderr)',
    ]);
    await waitForPicture(editor, ['Today  1', '  pass noisy.py  TIME'].join('\n'));
    await vscode.commands.executeCommand(commandIds.showLog, await rowOf(editor, 'noisy.py'));
    const text = vscode.window.activeTextEditor?.document.getText();
    assert.equal(text, 'red\n100%\n──── standard error ────\nwarning\n');
  });

  it('follows the log of a live run', async () => {
    await runScript(editor, 'waiting.py', [
      'import pathlib, time',
      'print("first", flush=True)',
      'while not pathlib.Path("go").exists(): time.sleep(0.05)',
      'print("second", flush=True)',
      'while pathlib.Path("go").exists(): time.sleep(0.05)',
    ]);
    await vscode.commands.executeCommand(commandIds.showLog, await rowOf(editor, 'waiting.py'));
    const text = (): string => vscode.window.activeTextEditor?.document.getText() ?? '';
    await waitFor('the first line', () => text() === 'first\n', { describe: text });
    await writeFile(join(editor.folder, 'go'), '');
    await waitFor('the second line', () => text() === 'first\nsecond\n', { describe: text });
    await rm(join(editor.folder, 'go'));
  });

  it('shows the end of a large log at once, and the rest on demand', async () => {
    await runScript(editor, 'large.py', ['for line in range(30000): print(f"{line:99d}")']);
    await waitForPicture(editor, ['Today  1', '  pass large.py  TIME'].join('\n'));
    await vscode.commands.executeCommand(commandIds.showLog, await rowOf(editor, 'large.py'));
    const document = vscode.window.activeTextEditor?.document;
    assert.match(document?.lineAt(0).text ?? '', /^… 2\.5 MB before this/);
    await vscode.commands.executeCommand(commandIds.showEarlierLog);
    await waitFor('the first line', () => document?.lineAt(0).text.trim() === '0');
  });

  it('opens the code of a run against its commit in the diff editor', async () => {
    await runScript(editor, 'story.py', training);
    await waitForPicture(editor, ['Today  1', '  pass story.py  loss 0.75 · TIME'].join('\n'));
    await vscode.commands.executeCommand(commandIds.showCodeChanges, await rowOf(editor, 'story.py'));
    const tab = await waitFor('the diff', () => {
      const found = vscode.window.tabGroups.activeTabGroup.activeTab;
      return found?.label.includes('against its commit') === true ? found : undefined;
    });
    assert.ok(tab.label.length > 0);
  });

  it('opens the report of a reproduction and the charts of a run, however soon the run ends', async () => {
    await runScript(editor, 'story.py', training);
    await waitForPicture(editor, ['Today  1', '  pass story.py  loss 0.75 · TIME'].join('\n'));
    const row = await rowOf(editor, 'story.py');
    await vscode.commands.executeCommand(commandIds.reproduceRun, row);
    await waitForTab('Reproduce: story.py');
    // The second click starts it, as soon as the forecast is there.
    await waitFor(
      'the reproduction',
      async () => {
        await vscode.commands.executeCommand(commandIds.reproduceRun, row);
        return tabLabels().includes('Reproduction: story.py');
      },
      { describe: () => tabLabels().join() },
    );
    await waitFor('the verdict', async () => / · reproduced$/m.test(await picture(editor)), {
      deadlineMs: 40_000,
      describe: () => picture(editor),
    });
    await vscode.commands.executeCommand(commandIds.showMetrics, row);
    await waitForTab('Metrics: story.py');
  });

  it('compares two runs side by side', async () => {
    await lockstep('run', '--name', 'one', '--', 'python3', '-c', 'print(1)');
    await lockstep('run', '--name', 'two', '--', 'python3', '-c', 'print(2)');
    const [one, two] = [await rowOf(editor, 'one'), await rowOf(editor, 'two')];
    await vscode.commands.executeCommand(commandIds.compareRuns, one, [one, two]);
    const input = await waitFor('the comparison', () => {
      const found = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return found instanceof vscode.TabInputTextDiff ? found : undefined;
    });
    const [before, after] = await Promise.all(
      [input.original, input.modified].map(async uri =>
        (await vscode.workspace.openTextDocument(uri)).getText(),
      ),
    );
    assert.match(before ?? '', /print\(1\)/);
    assert.match(after ?? '', /print\(2\)/);
  });

  it('never lets the words of a run become Markdown or HTML', async () => {
    const name = '<img src=x onerror=alert(1)> [link](command:evil) $(bug) `code`';
    await lockstep('run', '--name', name, '--', 'python3', '-c', 'pass');
    const node = await rowOf(editor, name);
    const item = await editor.tree.getTreeItem(node);
    const token = new vscode.CancellationTokenSource().token;
    const resolved = await editor.tree.resolveTreeItem?.(item, node, token);
    const { tooltip } = resolved ?? item;
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.notEqual(tooltip.isTrusted, true);
    assert.notEqual(tooltip.supportHtml, true);
    assert.doesNotMatch(tooltip.value, /(?<!\\)\[link\]\(command/);
  });
});

async function waitForTab(label: string): Promise<void> {
  await waitFor(`a tab ${label}`, () => tabLabels().includes(label), { describe: () => tabLabels().join() });
}

function tabLabels(): string[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(tab => tab.label));
}
