/** How a command is started so that its Python programs are observed; see pythonHook/sitecustomize.py. */
import { outerRank } from '../launchRank.ts';
import type { WriteProtection } from '../readOnly/writeProtection.ts';

export interface PythonHook {
  /** Goes first on PYTHONPATH. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * @param folder Absolute folder that holds `sitecustomize.py`, what it loads, and nothing else.
 * @param seen Absolute path of the run's `seen.jsonl`.
 * @param operations Where operations are to be recorded: absolute path of the run's `operations.jsonl`, and of its repository.
 * @param variables The environment of the command: `LOCKSTEP_HOOK=0` in it opts out, then the result is undefined.
 * @param protection What the command may not change: told where it tries, refused where the system does not.
 */
export function pythonHook(
  folder: string,
  seen: string,
  variables: Readonly<Record<string, string | undefined>>,
  operations?: { readonly file: string; readonly root?: string | undefined },
  protection?: WriteProtection,
): PythonHook | undefined {
  if (variables['LOCKSTEP_HOOK'] === '0') return undefined;
  const outer = outerRank(variables);
  return {
    folder,
    variables: {
      LOCKSTEP_SEEN: seen,
      ...(operations === undefined
        ? {}
        : {
            LOCKSTEP_OPERATIONS: operations.file,
            ...(operations.root === undefined ? {} : { LOCKSTEP_OPERATIONS_ROOT: operations.root }),
          }),
      ...(outer === undefined ? {} : { LOCKSTEP_OUTER_RANK: outer }),
      ...(protection === undefined ? {} : { LOCKSTEP_READ_ONLY: readOnlyRules(protection) }),
    },
  };
}

/** As keep_read_only.py reads them. */
function readOnlyRules({ folders, except, environments = [], mounted }: WriteProtection): string {
  return [
    mounted === undefined ? 'refuse' : 'note',
    ...folders.map(path => `-${path}`),
    ...[...except, ...environments].map(path => `+${path}`),
  ].join('\n');
}
