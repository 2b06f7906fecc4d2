/** Turns errors into messages: what failed, why, what to do. Cancelling is not an error and says nothing. */
import * as vscode from 'vscode';
import { LockstepError } from '../base/lockstepError.ts';
import { errorText } from '../base/systemError.ts';

export async function showError(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (isCancellation(error)) return;
  log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const text =
    error instanceof LockstepError
      ? [error.message, error.mend].filter(part => part !== undefined).join(' ')
      : vscode.l10n.t('Something went wrong: {0}', errorText(error));
  const showOutput = vscode.l10n.t('Show Output');
  if ((await vscode.window.showErrorMessage(text, showOutput)) === showOutput) log.show();
}

export function isCancellation(error: unknown): boolean {
  return error instanceof vscode.CancellationError || (error instanceof Error && error.name === 'AbortError');
}
