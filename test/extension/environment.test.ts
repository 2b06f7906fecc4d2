import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { commandIds, settingKeys, settingsSection } from '../../src/extension/ids.ts';
import { baseImage } from '../helpers/containers/baseImage.ts';
import { removeByLabel } from '../helpers/containers/engineCommand.ts';
import { docker, type TestEngine } from '../helpers/containers/testEngine.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { openedEditor, picture, removeAllRuns, rowOf, runScript, type OpenedEditor } from './openedEditor.ts';

describe('the Environment view', function () {
  // A container is started and stopped, and what else the machine does is not known.
  this.timeout(120_000);
  let editor: OpenedEditor;
  let experiments: OpenedEditor;
  let engine: TestEngine;
  let hasEngine = false;
  const at = (...parts: string[]): string => join(editor.folder, ...parts);
  const label = (): string => `devcontainer.local_folder=${editor.folder}`;

  before(async function () {
    engine = docker(this);
    hasEngine = true;
    experiments = await openedEditor();
    editor = { ...experiments, tree: experiments.environment };
    await vscode.workspace
      .getConfiguration(settingsSection)
      .update(settingKeys.engine, engine.endpoint, vscode.ConfigurationTarget.Global);
    await mkdir(at('.devcontainer'));
    const image = await baseImage(engine);
    await writeFile(at('.devcontainer', 'devcontainer.json'), JSON.stringify({ name: 'digits', image }));
    await vscode.commands.executeCommand('lockstep.environment.focus');
  });
  after(async () => {
    if (!hasEngine) return;
    await removeAllRuns(experiments);
    await removeByLabel(engine, label());
    await rm(at('.devcontainer'), { recursive: true });
    await rm(at('where.sh'), { force: true });
    await rm(at('go'), { force: true });
    await vscode.commands.executeCommand('lockstep.experiments.focus');
  });

  /** What of the tree is about the environment: the machine has the GPUs and the engine that it has. */
  const waitForEnvironment = async (expected: string): Promise<void> => {
    let seen = '';
    await waitFor(
      'the tree to look as expected',
      async () => {
        const all = await picture(editor);
        seen = all.slice(Math.max(0, all.indexOf('vm-', 2))).replace(/Image {2}\w+/, 'Image  ID');
        return seen === expected;
      },
      { describe: () => `the tree is:\n${seen}`, deadlineMs: 60_000, everyMs: 200 },
    );
  };

  it('shows a devcontainer that nobody started', () =>
    waitForEnvironment('vm-outline Devcontainer "digits"  not started · not locked'));

  it('starts it, and shows the run that executes in it', async () => {
    await vscode.commands.executeCommand(
      commandIds.startEnvironment,
      await rowOf(editor, 'Devcontainer "digits"'),
    );
    const running = ['vm-running Devcontainer "digits"  running · not locked', '  layers Image  ID'];
    await waitForEnvironment(running.join('\n'));
    await runScript(editor, 'where.sh', ['until [ -e go ]; do sleep 0.1; done', 'test -e /.dockerenv']);
    await waitForEnvironment([running[0], '  play-circle where.sh  run …RUNID', running[1]].join('\n'));
    await writeFile(at('go'), '');
    await waitForEnvironment(running.join('\n'));
    const [plan, result] = await Promise.all([recorded('plan.json'), recorded('result.json')]);
    assert.match(plan, /"kind": ?"devcontainer"/);
    // The script ends well inside a container only.
    assert.match(result, /"exitCode": ?0/);
  });

  it('locks it, and compares it with its lock', async () => {
    await vscode.commands.executeCommand(commandIds.lockEnvironment);
    await waitForEnvironment('vm-running Devcontainer "digits"  running · locked\n  layers Image  ID');
    await vscode.commands.executeCommand(commandIds.verifyEnvironment);
    await waitForEnvironment(
      'vm-running Devcontainer "digits"  running · locked, no drift\n  layers Image  ID',
    );
    await rm(at('.devcontainer', 'lockstep-lock.json'));
  });

  it('stops it', async () => {
    await vscode.commands.executeCommand(commandIds.stopEnvironment);
    await waitForEnvironment('vm-outline Devcontainer "digits"  stopped · not locked\n  layers Image  ID');
  });

  /** A file of the one run that there is. */
  async function recorded(name: string): Promise<string> {
    const runs = at('.git', 'lockstep', 'runs');
    for (const path of await readdir(runs, { recursive: true }))
      if (path.endsWith(`/${name}`)) return readFile(join(runs, path), 'utf8');
    return assert.fail(`no ${name}`);
  }
});
