/** Puts the `lockstep` command on the PATH of the editor's terminals, as long as the setting says so. */
import { delimiter } from 'node:path';
import * as vscode from 'vscode';
import { settingKeys, settingsSection } from '../ids.ts';
import { readSettings } from '../settings.ts';

export function offerTerminalCommand(context: vscode.ExtensionContext): vscode.Disposable {
  const { environmentVariableCollection: variables, extensionUri } = context;
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'bin').fsPath;
  const apply = (): void => {
    if (!readSettings().addCommand) {
      variables.clear();
      return;
    }
    variables.description = vscode.l10n.t('Adds the `lockstep` command');
    variables.prepend('PATH', folder + delimiter, {
      applyAtProcessCreation: true,
      // Start-up files of shells often set PATH anew.
      applyAtShellIntegration: true,
    });
    variables.replace('LOCKSTEP_EDITOR_NODE', process.execPath);
  };
  apply();
  return vscode.workspace.onDidChangeConfiguration(event => {
    if (event.affectsConfiguration(`${settingsSection}.${settingKeys.addCommand}`)) apply();
  });
}
