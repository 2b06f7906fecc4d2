/** What of the command is not in the record: secrets that somebody has to set again, and the seed. */
import { isSecretName } from '../../base/secretText.ts';
import type { Captured } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { Result } from '../../runs/result.ts';
import { hasFixedSeed, randomStarts, seedLines, seedText } from '../../runs/seenSeeds.ts';

export function lookAtParameters(
  plan: Plan,
  result: Result | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  captured?: Captured,
): ForecastItem[] {
  const items: ForecastItem[] = [];
  const set = (name: string): boolean => (environment[name] ?? '') !== '';
  const needed = secretVariables(plan);
  for (const name of needed)
    items.push(
      set(name)
        ? { ingredient: 'parameters', what: name, availability: 'here', from: 'the environment' }
        : {
            ...{ ingredient: 'parameters', what: name, availability: 'gone' },
            ...{
              reason: 'the command had a secret that is not recorded',
              mend: `Set ${name} and try again.`,
            },
          },
    );
  const lacking = Object.entries(plan.variables)
    .filter(([name, variable]) => !('value' in variable) && isSecretName(name) && !set(name))
    .map(([name]) => name)
    .filter(name => !needed.includes(name));
  if (lacking.length > 0)
    items.push({
      ...{ ingredient: 'parameters', what: some(lacking), availability: 'unknown' },
      reason: `${lacking.length === 1 ? 'it was' : 'they were'} set when it ran, and ${lacking.length === 1 ? 'is' : 'are'} not now; whether the program needs ${lacking.length === 1 ? 'it' : 'them'} is not known`,
      mend: `Set ${lacking.length === 1 ? 'it' : 'them'} where it is started.`,
    });
  const seed = knownValue(plan.seed) ?? result?.reportedParameters['seed']?.value;
  if (seed !== undefined)
    items.push({ ingredient: 'parameters', what: `seed ${String(seed)}`, availability: 'here' });
  for (const what of hasFixedSeed(captured) ? seedLines(captured).slice(0, 8) : [])
    items.push({ ingredient: 'parameters', what, availability: 'here', from: 'the code' });
  if (seed === undefined && !hasFixedSeed(captured)) {
    const [random] = randomStarts(captured);
    items.push({
      ...{ ingredient: 'parameters', what: 'seed', availability: 'unknown' },
      reason: `${random === undefined ? 'none was seen' : `the program starts at random: ${seedText(random)}`}; a program that draws random numbers without one is another run each time`,
    });
  }
  return items;
}

/** Whether nothing is recorded of where its random numbers began. */
export function isSeedUnknown({ ingredient, what, availability }: ForecastItem): boolean {
  return ingredient === 'parameters' && what === 'seed' && availability === 'unknown';
}

/** The variables that commandWithSecrets.ts takes secrets from, each once. */
export function secretVariables(plan: Pick<Plan, 'argv' | 'secretArguments'>): string[] {
  const names = plan.secretArguments.flatMap(index =>
    [...(plan.argv[index] ?? '').matchAll(/\$\{ENV:([^}]+)\}|<secret>/g)].map(
      ([, name]) => name ?? `LOCKSTEP_SECRET_${index}`,
    ),
  );
  return [...new Set(names)];
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
