/** Turns a named experiment and the parameters given for it into the words of a command. */
import type { ParameterValue } from '../../runs/plan.ts';
import { parameterMissing } from './errors.ts';
import type { Experiment } from './experimentFile.ts';
import { splitWords } from './splitWords.ts';

/**
 * `given` goes over the experiment's own parameters. `${name}` inside a word is replaced; parameters that no word
 * names are added as `--name value` (`true`: `--name` alone; `false` and null: nothing).
 * Throws `parameter-missing`, `command-unclear`.
 */
export function experimentCommand(
  name: string,
  experiment: Experiment,
  given: Readonly<Record<string, ParameterValue>> = {},
): string[] {
  const parameters: Record<string, ParameterValue> = { ...experiment.params, ...given };
  const named = new Set<string>();
  const words = (
    typeof experiment.command === 'string' ? splitWords(experiment.command) : experiment.command.map(String)
  ).map(word =>
    word.replace(/\$\{([^}]+)\}/g, (_, parameter: string) => {
      const value = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined;
      if (value === undefined) throw parameterMissing(parameter, name);
      named.add(parameter);
      return String(value ?? '');
    }),
  );
  for (const [parameter, value] of Object.entries(parameters)) {
    if (named.has(parameter) || value === false || value === null) continue;
    words.push(`--${parameter}`);
    if (value !== true) words.push(String(value));
  }
  return words;
}
