/** The true command of a recorded run. Secrets are not in the record: they come from the environment, or it fails. */
import type { Plan } from '../../runs/plan.ts';
import { secretMissing } from '../errors.ts';

/** `${ENV:NAME}` comes from NAME, `<secret>` from `LOCKSTEP_SECRET_<index>`. Throws `secret-missing`. */
export function commandWithSecrets(plan: Plan, env: NodeJS.ProcessEnv): string[] {
  return plan.argv.map((word, index) => {
    if (!plan.secretArguments.includes(index)) return word;
    return word.replace(/\$\{ENV:([^}]+)\}|<secret>/g, (_, name: string | undefined) => {
      const variable = name ?? `LOCKSTEP_SECRET_${index}`;
      const value = env[variable];
      if (value === undefined || value === '') throw secretMissing(word, variable);
      return value;
    });
  });
}
