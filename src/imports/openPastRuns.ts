/** Opens a source of past runs with the reader for its kind. */
import { stat } from 'node:fs/promises';
import { importPathMissing } from './errors.ts';
import type { ImportKind } from './importKind.ts';
import type { PastRuns } from './pastRun.ts';

/**
 * @param path Absolute.
 * @param root Of the project; what lies below it is identified by its path from there.
 * Throws `import-path-unreadable` and what the readers throw.
 */
export async function openPastRuns(
  kind: ImportKind,
  path: string,
  root: string,
  signal: AbortSignal | undefined,
): Promise<PastRuns> {
  await stat(path).catch((error: unknown) => {
    throw importPathMissing(path, error);
  });
  switch (kind) {
    case 'mlruns':
      return (await import('./mlflow/openFileStore.ts')).openFileStore(path, signal);
    case 'mlflow.db':
      return (await import('./mlflow/openMlflowDatabase.ts')).openMlflowDatabase(path, signal);
    case 'tensorboard':
      return (await import('./files/openEventFolders.ts')).openEventFolders(path, root, signal);
    case 'dvclive':
      return (await import('./files/openDvcLive.ts')).openDvcLive(path, root, signal);
    case 'wandb':
      return (await import('./files/openWandbFiles.ts')).openWandbFiles(path, signal);
  }
}
