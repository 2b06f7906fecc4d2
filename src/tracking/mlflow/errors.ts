/** The failures of the MLflow endpoint that its owner hears of; what clients hear is in mlflowProblem.ts. */
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../../base/systemError.ts';

export function endpointNotOpened(port: number, cause: unknown): LockstepError {
  const taken = systemErrorCode(cause) === 'EADDRINUSE';
  return new LockstepError({
    code: 'endpoint-not-opened',
    message: taken
      ? `The port ${port} of the MLflow endpoint is taken by another program.`
      : `The MLflow endpoint could not be opened: ${errorText(cause)}`,
    cause,
  });
}

export function journalNotWritten(path: string, cause: unknown): LockstepError {
  return new LockstepError({
    code: 'record-not-written',
    message: `${path} could not be written: ${errorText(cause)}`,
    mend: 'Check the free space and the permissions of the folder.',
    cause,
  });
}
