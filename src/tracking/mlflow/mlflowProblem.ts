/**
 * What a request gets instead of an answer, in MLflow's own shape: clients tell failures apart by `error_code`.
 * Names and statuses are those of mlflow/exceptions.py.
 */
const statuses = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
} as const;

export type MlflowErrorCode = keyof typeof statuses;

export class MlflowProblem extends Error {
  readonly code: MlflowErrorCode;

  constructor(code: MlflowErrorCode, message: string) {
    super(message);
    this.name = 'MlflowProblem';
    this.code = code;
  }

  get status(): number {
    return statuses[this.code];
  }

  get body(): { error_code: string; message: string } {
    return { error_code: this.code, message: this.message };
  }
}

export function invalidValue(message: string): MlflowProblem {
  return new MlflowProblem('INVALID_PARAMETER_VALUE', message);
}

export function alreadyExists(message: string): MlflowProblem {
  return new MlflowProblem('RESOURCE_ALREADY_EXISTS', message);
}

export function doesNotExist(message: string): MlflowProblem {
  return new MlflowProblem('RESOURCE_DOES_NOT_EXIST', message);
}

/** The same for a wrong token and for a call that nobody answers: a stranger learns nothing. */
export function endpointNotFound(): MlflowProblem {
  return new MlflowProblem('ENDPOINT_NOT_FOUND', 'Not found');
}

export function badRequest(message: string): MlflowProblem {
  return new MlflowProblem('BAD_REQUEST', message);
}

export function refused(message: string): MlflowProblem {
  return new MlflowProblem('PERMISSION_DENIED', message);
}
