/** The command of a recorded run with other parameter values, for running it again. */
import type { ParameterValue, Plan } from '../runs/plan.ts';
import { commandWithSecrets } from './restore/commandWithSecrets.ts';
import { parameterNotInCommand } from './errors.ts';
import { requireOwnCommand } from './requireOwnCommand.ts';

/**
 * Each changed parameter is put where its value stood in argv; one that the command did not name is added at the end,
 * in the form of the last one that it did name. Secrets that were taken out of the record come from the environment:
 * `${ENV:NAME}` from NAME, `<secret>` from `LOCKSTEP_SECRET_<index>`.
 * Words of no parameter are replaced by their place in argv.
 * Throws `parameter-not-in-command` for a value that a file holds, `secret-missing`, `run-imported`, `run-is-child`.
 */
export function changedCommand(
  plan: Plan,
  changes: Readonly<Record<string, ParameterValue>>,
  env: NodeJS.ProcessEnv,
  words: Readonly<Record<number, string>> = {},
): string[] {
  requireOwnCommand(plan, 'run again');
  const argv = commandWithSecrets(plan, env).map((word, index) => words[index] ?? word);
  for (const [name, value] of Object.entries(changes)) {
    const parameter = Object.hasOwn(plan.parameters, name) ? plan.parameters[name] : undefined;
    if (parameter?.source === 'file') throw parameterNotInCommand(name, parameter.path ?? 'a file');
    const index = parameter?.argvIndex;
    const word = index === undefined ? undefined : argv[index];
    if (index === undefined || word === undefined) argv.push(...newWords(plan, name, String(value)));
    else argv[index] = withValue(word, String(value));
  }
  return argv;
}

/** `--name value`, `--name=value` or `name=value`, as the command itself writes its last parameter. */
function newWords(plan: Plan, name: string, value: string): string[] {
  // A flag, of which the command that had it says no value.
  if (value === 'true') return [`--${name.replaceAll('_', '-')}`];
  const last = Object.values(plan.parameters).reduce(
    (most, { argvIndex }) => Math.max(most, argvIndex ?? -1),
    -1,
  );
  const sign = /^(-*)[^=]*=/.exec(plan.argv[last] ?? '');
  return sign === null ? [`--${name}`, value] : [`${sign[1] ?? ''}${name}=${value}`];
}

/** `--lr=0.1`, `lr=0.1` keep what stands before the sign; a word of its own is replaced whole. */
function withValue(word: string, value: string): string {
  const sign = /^([-+~]{0,2}[A-Za-z_][\w.@/+~-]*=)/.exec(word);
  return sign === null ? value : `${sign[1] ?? ''}${value}`;
}
