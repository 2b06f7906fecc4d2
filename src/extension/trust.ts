/** Nothing runs in an untrusted workspace: commands that start something ask here, however they were called. */
import * as vscode from 'vscode';

/** True in a trusted workspace; otherwise says why not and offers to change it. */
export async function requireTrust(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('This workspace is not trusted, so nothing of it is run.'),
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return vscode.workspace.isTrusted;
}
