/** Why a SQLite database cannot be read. */
import { LockstepError } from '../../base/lockstepError.ts';

export function notADatabase(path: string): LockstepError {
  return new LockstepError({
    code: 'database-not-sqlite',
    kind: 'usage',
    message: `${path} is not a SQLite database.`,
    mend: 'Name the file that the program writes, as mlflow.db. Other databases cannot be read.',
  });
}

export function databaseInTransaction(path: string): LockstepError {
  return new LockstepError({
    code: 'database-in-transaction',
    message: `${path} is being written, or its last writer died in the middle (${path}-journal is there).`,
    mend: 'Try again. If nothing writes to it, open it once with the program that wrote it, which rolls back what was half written.',
  });
}

export function databaseChanging(path: string): LockstepError {
  return new LockstepError({
    code: 'database-changing',
    message: `${path} was written while it was read. What was taken from it before stands whole.`,
    mend: 'Try again when nothing logs to it; an import goes on where it stopped.',
  });
}

export function databaseDamaged(path: string, what: string): LockstepError {
  return new LockstepError({
    code: 'database-damaged',
    message: `${path} is damaged: ${what} cannot be read.`,
    mend: 'Look what SQLite says: sqlite3 FILE "pragma integrity_check"',
  });
}
