/** How a command is started so that its Python programs are observed; see pythonHook/sitecustomize.py. */
import { outerRank } from '../launchRank.ts';

export interface PythonHook {
  /** Goes first on PYTHONPATH. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * @param folder Absolute folder that holds `sitecustomize.py`, what it loads, and nothing else.
 * @param seen Absolute path of the run's `seen.jsonl`.
 * @param operations Absolute path of the run's `operations.jsonl`, where its operations are to be recorded.
 * @param variables The environment of the command: `LOCKSTEP_HOOK=0` in it opts out, then the result is undefined.
 */
export function pythonHook(
  folder: string,
  seen: string,
  variables: Readonly<Record<string, string | undefined>>,
  operations?: string,
): PythonHook | undefined {
  if (variables['LOCKSTEP_HOOK'] === '0') return undefined;
  const outer = outerRank(variables);
  return {
    folder,
    variables: {
      LOCKSTEP_SEEN: seen,
      ...(operations === undefined ? {} : { LOCKSTEP_OPERATIONS: operations }),
      ...(outer === undefined ? {} : { LOCKSTEP_OUTER_RANK: outer }),
    },
  };
}
