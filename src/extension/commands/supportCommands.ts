/** What somebody needs who wants to know what is wrong. */
import { release } from 'node:os';
import * as vscode from 'vscode';
import { commandIds } from '../ids.ts';
import type { RunsModel } from '../runsModel.ts';
import { readSettings } from '../settings.ts';
import type { CommandTable } from './commandHandler.ts';

export function supportCommands(model: RunsModel, log: vscode.LogOutputChannel, version: string) {
  return {
    [commandIds.showOutput]: () => log.show(),
    [commandIds.copyDiagnostics]: async () => {
      await vscode.env.clipboard.writeText(diagnostics(model, version));
      vscode.window.setStatusBarMessage(vscode.l10n.t('Diagnostics copied'), 4000);
    },
  } satisfies Partial<CommandTable>;
}

/** Paths and addresses are told as set or not. */
function shownSettings(): object {
  const settings = readSettings();
  return { ...settings, interpreter: settings.interpreter !== '', engine: settings.engine !== '' };
}

/** No path, name or content of the person's work: it may be pasted anywhere. */
function diagnostics(model: RunsModel, version: string): string {
  const { projects, live, total } = model.snapshot;
  const lines: [name: string, value: string | number | boolean][] = [
    ['Lockstep', version],
    ['Editor', `${vscode.env.appName} ${vscode.version} (${vscode.env.appHost})`],
    ['Remote', vscode.env.remoteName ?? 'no'],
    ['Platform', `${process.platform} ${process.arch} ${release()}`],
    ['Node', process.version],
    ['Trusted', vscode.workspace.isTrusted],
    ['Folders', vscode.workspace.workspaceFolders?.length ?? 0],
    ['Projects', projects.map(({ inGit, hasStore }) => `git ${inGit}, store ${hasStore}`).join('; ')],
    ['Runs', `${total}, ${live} live`],
    ['Settings', JSON.stringify(shownSettings())],
    ['Python extension', vscode.extensions.getExtension('ms-python.python') !== undefined],
  ];
  return lines.map(([name, value]) => `${name}: ${value}`).join('\n') + '\n';
}
