/**
 * The environment of the command: the recorded one, plus what makes it observable, minus what belongs to the editor.
 * Pure, so that a table of tests is the specification.
 */
import { delimiter } from 'node:path';
import { withoutOuterMlflow } from './mlflowEnvironment.ts';

export interface ChildEnvironmentOptions {
  readonly runId: string;
  /** Where the command may append metrics as JSON lines. */
  readonly metricsFile: string;
  /** The command is told that its output is shown in colours. */
  readonly colour: boolean;
  /** Where its MLflow logs; absent where that is not ours to say. */
  readonly mlflow?: Readonly<Record<string, string>> | undefined;
  /** Observes Python programs; undefined when the user opted out. */
  readonly pythonHook?:
    { readonly folder: string; readonly variables: Readonly<Record<string, string>> } | undefined;
}

/** Of the editor's own process, or of an outer run or supervisor. */
const foreign =
  /^(?:ELECTRON_|VSCODE_|LOCKSTEP_SUPERVISOR$|LOCKSTEP_RUN_ID$|LOCKSTEP_METRICS$|LOCKSTEP_OUTER_RANK$)/;

/** Marks every process of a run, wherever it goes. */
export const runIdVariable = 'LOCKSTEP_RUN_ID';

/** How the common libraries are told to colour output that is not a terminal. */
const colourVariables = { FORCE_COLOR: '1', PY_COLORS: '1', CLICOLOR_FORCE: '1' };

export function childEnvironment(
  recorded: Readonly<Record<string, string | undefined>>,
  options: ChildEnvironmentOptions,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(withoutOuterMlflow(recorded)))
    if (value !== undefined && !foreign.test(name)) environment[name] = value;

  // Without it a script's prints arrive at its exit: the commonest way to see nothing live.
  environment['PYTHONUNBUFFERED'] ??= '1';
  Object.assign(environment, options.mlflow);
  environment[runIdVariable] = options.runId;
  environment['LOCKSTEP_METRICS'] = options.metricsFile;
  if (options.colour && environment['NO_COLOR'] === undefined)
    for (const [name, value] of Object.entries(colourVariables)) environment[name] ??= value;
  if (options.pythonHook !== undefined) {
    const own = environment['PYTHONPATH'];
    environment['PYTHONPATH'] =
      own === undefined || own === ''
        ? options.pythonHook.folder
        : options.pythonHook.folder + delimiter + own;
    Object.assign(environment, options.pythonHook.variables);
  }
  return environment;
}

/** The same environment for a program that only looks at the command's surroundings and is no part of its tree. */
export function withoutMark(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => name !== runIdVariable));
}
