/** Why past runs cannot be imported. */
import { LockstepError } from '../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../base/systemError.ts';
import { importKindNames, importKinds, type ImportKind } from './importKind.ts';

export function importPathMissing(path: string, cause: unknown): LockstepError {
  const code = systemErrorCode(cause);
  const gone = code === 'ENOENT' || code === 'ENOTDIR';
  return new LockstepError({
    code: 'import-path-unreadable',
    kind: 'usage',
    message: gone ? `There is nothing at ${path}.` : `${path} cannot be read: ${errorText(cause)}.`,
    mend: gone
      ? 'Check the path: it is the folder that the other tool wrote (mlruns, wandb, runs…), or its database.'
      : 'Check its permissions.',
    // That it is not there is all that the system would say, too.
    ...(gone ? {} : { cause }),
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
    message: `${path} holds no past runs that are known: neither an MLflow store (mlruns, mlflow.db), nor TensorBoard event files, nor DVCLive or W&B folders.`,
    mend: `Name the folder that the other tool wrote, or say what it is: lockstep import ${importKinds.join('|')} PATH`,
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
