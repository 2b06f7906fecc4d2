/** How a command is started so that its Python programs are observed; see pythonHook/sitecustomize.py. */
export interface PythonHook {
  /** Goes first on PYTHONPATH. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * @param folder Absolute folder that holds `sitecustomize.py` and nothing else.
 * @param seen Absolute path of the run's `seen.jsonl`.
 * @param variables The environment of the command: `LOCKSTEP_HOOK=0` in it opts out, then the result is undefined.
 */
export function pythonHook(
  folder: string,
  seen: string,
  variables: Readonly<Record<string, string | undefined>>,
): PythonHook | undefined {
  return variables['LOCKSTEP_HOOK'] === '0' ? undefined : { folder, variables: { LOCKSTEP_SEEN: seen } };
}
