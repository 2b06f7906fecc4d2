/** Runs an action on an environment with its steps in a cancellable notification and its output in the log. */
import * as vscode from 'vscode';
import type { EnvironmentProgress } from '../../environments/devcontainer/environmentProgress.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText } from '../../base/systemError.ts';
import { runWithProgress } from '../runWithProgress.ts';
import { isCancellation } from '../showError.ts';
import type { EnvironmentLog } from './environmentLog.ts';
import type { EnvironmentModel } from './environmentModel.ts';
import { oneLine } from '../formatText.ts';
import { progressWords } from './progressWords.ts';

/** Undefined where it was cancelled or failed: the person has been told then. */
export async function runEnvironmentTask<T>(
  parts: { readonly model: EnvironmentModel; readonly output: EnvironmentLog },
  title: string,
  task: (signal: AbortSignal, onProgress: (progress: EnvironmentProgress) => void) => Promise<T>,
): Promise<T | undefined> {
  const { model, output } = parts;
  output.begin(title);
  try {
    return await runWithProgress(title, (signal, report) =>
      task(signal, progress => {
        output.progress(progress);
        const words = progressWords(progress, vscode.l10n);
        if (words !== undefined) report(words);
      }),
    );
  } catch (error) {
    if (isCancellation(error)) output.line(vscode.l10n.t('Cancelled.'));
    // Not waited for: a message may stand for hours, and the command is over.
    else void tellFailure(error, output);
    return undefined;
  } finally {
    // Also after a cancel: what was done until then is there.
    model.changed();
  }
}

/** What failed in one line, and all of it in the log. */
async function tellFailure(error: unknown, output: EnvironmentLog): Promise<void> {
  const mend = error instanceof LockstepError ? error.mend : undefined;
  const message = errorText(error);
  output.line([message, mend].filter(part => part !== undefined).join('\n'));
  const [first = '', ...more] = message.split('\n');
  const showLog = vscode.l10n.t('Show Log');
  const text = [oneLine(first, 300), ...(more.length > 0 || mend === undefined ? [] : [mend])].join(' ');
  if ((await vscode.window.showErrorMessage(text, showLog)) === showLog) output.show();
}
