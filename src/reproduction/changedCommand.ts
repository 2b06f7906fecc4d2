/** The command of a recorded run with other parameter values, for running it again. */
import type { ParameterValue, Plan } from '../runs/plan.ts';
import { commandWithSecrets } from './commandWithSecrets.ts';
import { parameterNotInCommand, parameterUnknown } from './errors.ts';

/**
 * Each changed parameter is put where its value stood in argv. Secrets that were taken out of the record come from
 * the environment: `${ENV:NAME}` from NAME, `<secret>` from `LOCKSTEP_SECRET_<index>`.
 * Throws `parameter-unknown`, `parameter-not-in-command`, `secret-missing`.
 */
export function changedCommand(
  plan: Plan,
  changes: Readonly<Record<string, ParameterValue>>,
  env: NodeJS.ProcessEnv,
): string[] {
  const argv = commandWithSecrets(plan, env);
  for (const [name, value] of Object.entries(changes)) {
    const parameter = Object.hasOwn(plan.parameters, name) ? plan.parameters[name] : undefined;
    if (parameter?.source === 'file') throw parameterNotInCommand(name, parameter.path ?? 'a file');
    const index = parameter?.argvIndex;
    const word = index === undefined ? undefined : argv[index];
    if (parameter === undefined || index === undefined || word === undefined)
      throw parameterUnknown(
        name,
        plan.id.slice(-6),
        Object.entries(plan.parameters)
          .filter(([, one]) => one.argvIndex !== undefined)
          .map(([known]) => known),
      );
    argv[index] = withValue(word, String(value));
  }
  return argv;
}

/** `--lr=0.1`, `lr=0.1` keep what stands before the sign; a word of its own is replaced whole. */
function withValue(word: string, value: string): string {
  const sign = /^([-+~]{0,2}[A-Za-z_][\w.@/+~-]*=)/.exec(word);
  return sign === null ? value : `${sign[1] ?? ''}${value}`;
}
