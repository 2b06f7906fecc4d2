/** Opens a source of past runs with the reader for its kind. */
import { stat } from 'node:fs/promises';
import { importPathMissing, nothingToImport } from './errors.ts';
import type { ImportKind } from './importKind.ts';
import type { PastRuns } from './pastRun.ts';

/**
 * @param path Absolute.
 * @param root Of the project; what lies below it is identified by its path from there.
 * Throws `import-path-unreadable`, `nothing-to-import` and what the readers throw.
 */
export async function openPastRuns(
  kind: ImportKind,
  path: string,
  _root: string,
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
    default:
      throw nothingToImport(kind, path);
  }
}
