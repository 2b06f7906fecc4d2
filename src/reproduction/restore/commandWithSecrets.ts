/** The true command of a recorded run. Secrets are not in the record: they come from the environment, or it fails. */
import { hiddenSecret } from '../../base/secretText.ts';
import type { Plan } from '../../runs/plan.ts';
import { secretsMissing } from '../errors.ts';

/** `${ENV:NAME}` comes from NAME, `<secret>` from `LOCKSTEP_SECRET_<index>`. Throws `secret-missing`. */
export function commandWithSecrets(plan: Plan, env: NodeJS.ProcessEnv): string[] {
  const missing: { word: string; variable: string }[] = [];
  const command = plan.argv.map((word, index) => {
    if (!plan.secretArguments.includes(index)) return word;
    return word.replace(/\$\{ENV:([^}]+)\}|<secret>/g, (_, name: string | undefined) => {
      const variable = name ?? `LOCKSTEP_SECRET_${index}`;
      const value = env[variable];
      if (value === undefined || value === '') missing.push({ word: wordOf(plan.argv, index), variable });
      return value ?? '';
    });
  });
  // All at once: nobody wants to hear of the second when the first is set.
  if (missing.length > 0) throw secretsMissing(missing);
  return command;
}

/** What cannot be filled in from a variable that the run had: the words, and what a reproduction asks for. */
export function askedSecrets({
  argv,
  secretArguments,
}: Pick<Plan, 'argv' | 'secretArguments'>): { readonly word: string; readonly variable: string }[] {
  return secretArguments
    .filter(index => argv[index]?.includes(hiddenSecret) === true)
    .map(index => ({ word: wordOf(argv, index), variable: `LOCKSTEP_SECRET_${index}` }));
}

/** `--token=<secret>`; a secret that is a word of its own with the option before it. */
function wordOf(argv: readonly string[], index: number): string {
  const word = argv[index] ?? '';
  const before = argv[index - 1] ?? '';
  return word === '<secret>' && before.startsWith('-') ? `${before} ${word}` : word;
}
