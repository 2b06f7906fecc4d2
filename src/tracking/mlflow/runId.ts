/** Which run a call is about: old clients say `run_uuid`, newer ones both. */
import { optionalText } from './fields.ts';
import { invalidValue } from './mlflowProblem.ts';

export const runIdFields = { run_id: optionalText, run_uuid: optionalText };

/** Throws INVALID_PARAMETER_VALUE. */
export function runIdOf(fields: {
  readonly run_id?: string | undefined;
  readonly run_uuid?: string | undefined;
}): string {
  const id = fields.run_id ?? fields.run_uuid;
  if (id === undefined) throw invalidValue("Missing value for required parameter 'run_id'.");
  return id;
}
