/** The environment of a reproduced command: what was recorded, with every path into the workspace leading into the checkout. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { captureVariables } from '../../execution/capture/variables.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import type { PreparationRequest } from './prepareReproduction.ts';
import { isInside } from './relocatePaths.ts';

/** A variable that is set anew, or that names tools and settings of the machine and no file of an experiment. */
export function isLeftAlone(name: string): boolean {
  return leftAlone.test(name);
}

const leftAlone =
  /^(?:PATH|HOME|USERPROFILE|SHELL|PWD|OLDPWD|INIT_CWD|_|VIRTUAL_ENV.*|CONDA_.+|PYENV_.+|UV_.+|PIXI_.+|POETRY_.+|GIT_.+|VSCODE_.+|ELECTRON_.+|LOCKSTEP_.+|npm_.+|NODE_.+|NVM_.+|SSH_.+|XDG_CONFIG_.+|XDG_DATA_DIRS|XDG_RUNTIME_DIR|PS[0-4]|PROMPT_COMMAND|HIST.+|BASH_.+|ENV)$/;

/** Variables of the environment, recorded or not, that lead into the workspace: those that `move` makes others of. */
export function movedVariables(
  environment: Readonly<Record<string, string | undefined>>,
  move: (word: string) => string,
): Record<string, string> {
  const moved: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment))
    if (value !== undefined && !isLeftAlone(name) && move(value) !== value) moved[name] = move(value);
  return moved;
}

export function reproducedVariables(
  plan: Plan,
  { environment, layout }: PreparationRequest,
  move: (word: string) => string,
  original: RunDetails,
  asRecorded: boolean,
): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = { ...movedVariables(environment, move) };
  // What decides numbers and was not set then must not be set now.
  for (const [name, variable] of Object.entries(captureVariables(environment, Buffer.alloc(32))))
    if ('value' in variable && plan.variables[name] === undefined) variables[name] = undefined;
  for (const [name, variable] of Object.entries(plan.variables))
    if ('value' in variable && typeof variable.value === 'string') variables[name] = move(variable.value);
  variables['PYTHONPATH'] = pythonPath(variables['PYTHONPATH'], original, move, layout);
  variables['PWD'] = join(layout.checkout, plan.cwd);
  const interpreter = plan.environment.container === undefined ? knownValue(plan.interpreter) : undefined;
  if (
    asRecorded &&
    interpreter !== undefined &&
    existsSync(join(dirname(dirname(interpreter.path)), 'pyvenv.cfg'))
  ) {
    // Programs that the script starts by name (`python`, `torchrun`) come from the recorded environment, too.
    const folder = dirname(interpreter.path);
    const path = (environment['PATH'] ?? '').split(delimiter).filter(part => part !== '' && part !== folder);
    variables['PATH'] = [folder, ...path].join(delimiter);
  }
  return variables;
}

/**
 * Editable installs lead back into the workspace; the checkout's own folders go before them. Ours (the hook's folder)
 * is added anew by the supervisor.
 */
function pythonPath(
  recorded: string | undefined,
  original: RunDetails,
  move: (word: string) => string,
  layout: CheckoutLayout,
): string | undefined {
  const parts = (recorded ?? '').split(delimiter).filter(part => !part.endsWith(`${sep}pythonHook`));
  const editable = (original.captured?.editable ?? [])
    .map(one => one.location)
    .filter(location => location !== undefined)
    .map(move)
    .filter(location => isInside(location, layout.checkout));
  const all = [
    ...parts.filter(part => part !== ''),
    ...editable.filter(location => !parts.includes(location)),
  ];
  return all.length === 0 ? undefined : all.join(delimiter);
}
