/** The one way to show that something takes long. Always cancellable; inside, an AbortSignal. */
import * as vscode from 'vscode';
import { viewIds } from './ids.ts';

export type Report = (message: string) => void;

/** A notification with a Cancel button. Rejects with an AbortError when cancelled, if the task honours its signal. */
export async function runWithProgress<T>(
  title: string,
  task: (signal: AbortSignal, report: Report) => Promise<T>,
): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => task(signalOf(token), message => progress.report({ message })),
  );
}

/** The thin bar above the Experiments view, for short things. */
export async function runInView<T>(task: () => Promise<T>): Promise<T> {
  return vscode.window.withProgress({ location: { viewId: viewIds.experiments } }, task);
}

export function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new DOMException('Cancelled.', 'AbortError'));
  if (token.isCancellationRequested) abort();
  else token.onCancellationRequested(abort);
  return controller.signal;
}
