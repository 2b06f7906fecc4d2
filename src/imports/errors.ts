/** Why past runs cannot be imported. */
import { LockstepError } from '../base/lockstepError.ts';
import { importKindNames, importKinds, type ImportKind } from './importKind.ts';

export function importPathMissing(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'import-path-unreadable',
    kind: 'usage',
    message: `${path} cannot be read.`,
    mend: 'Check the path and its permissions.',
    cause,
  });
}

export function nothingToImport(kind: ImportKind, path: string): LockstepError {
  return new LockstepError({
    code: 'nothing-to-import',
    kind: 'usage',
    message: `${path} holds no runs of ${importKindNames[kind]}${where[kind]}.`,
    mend: `Name the right folder, or another kind: ${importKinds.join(', ')}.`,
  });
}

export function importKindUnknown(path: string): LockstepError {
  return new LockstepError({
    code: 'import-kind-unknown',
    kind: 'usage',
    message: `What ${path} holds is not one of the kinds that can be imported.`,
    mend: `Say what it is: lockstep import ${importKinds.join('|')} PATH`,
  });
}

const where: Readonly<Record<ImportKind, string>> = {
  mlruns: ' (a folder with a folder for each experiment)',
  'mlflow.db': '',
  tensorboard: ' (files with tfevents in their names)',
  dvclive: ' (a folder with metrics.json or plots/metrics)',
  wandb: ' (a file that ends in .wandb, or a folder of run folders)',
};

export function databaseWithoutRuns(path: string): LockstepError {
  return new LockstepError({
    code: 'database-not-mlflow',
    kind: 'usage',
    message: `${path} is a SQLite database, but not one of MLflow.`,
    mend: 'Name the file that MLflow writes, usually mlflow.db.',
  });
}
