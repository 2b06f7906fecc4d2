/** The command of a recorded run with other parameter values. */
import type { ParameterValue, Plan } from '../../runs/plan.ts';
import { secretMissing } from './errors.ts';

/**
 * Each value is put where the recorded one stood in argv. Secrets that were taken out of the record come from the
 * environment by their names. Throws `secret-missing`.
 */
export function changeArguments(
  plan: Pick<Plan, 'argv' | 'parameters' | 'secretArguments'>,
  changes: Readonly<Record<string, ParameterValue>>,
  environment: NodeJS.ProcessEnv,
): string[] {
  const argv = plan.argv.map((word, index) =>
    plan.secretArguments.includes(index) ? withSecret(word, environment) : word,
  );
  for (const [name, value] of Object.entries(changes)) {
    const index = Object.hasOwn(plan.parameters, name) ? plan.parameters[name]?.argvIndex : undefined;
    const word = index === undefined ? undefined : argv[index];
    if (index !== undefined && word !== undefined) argv[index] = withValue(word, String(value));
  }
  return argv;
}

/** `--lr=0.1`, `lr=0.1` keep what stands before the sign; a word of its own is replaced whole. */
function withValue(word: string, value: string): string {
  const sign = /^([-+~]{0,2}[A-Za-z_][\w.@/+~-]*=)/.exec(word);
  return sign === null ? value : `${sign[1] ?? ''}${value}`;
}

function withSecret(word: string, environment: NodeJS.ProcessEnv): string {
  return word.replace(/\$\{ENV:([^}]+)\}|<secret>/g, (_, name: string | undefined) => {
    const value = name === undefined ? undefined : environment[name];
    if (value === undefined) throw secretMissing(name);
    return value;
  });
}
