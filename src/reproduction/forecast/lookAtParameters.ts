/** What of the command is not in the record: secrets that somebody has to set again, and the seed. */
import { isSecretName } from '../../base/secretText.ts';
import type { Captured, SeenSeed } from '../../runs/captured.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { Result } from '../../runs/result.ts';
import { hasFixedSeed, randomStarts, seedLines, seedText } from '../../runs/seenSeeds.ts';
import type { DrawnSeeds } from './drawnSeeds.ts';

export function lookAtParameters(
  plan: Plan,
  result: Result | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  captured?: Captured,
  { drawn, unsearched }: DrawnSeeds = { drawn: [], unsearched: [] },
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
  const uncertain = new Set([...drawn, ...unsearched]);
  const fixed = (captured?.seeds ?? []).filter(one => one.value !== null && !uncertain.has(one));
  const of = captured === undefined ? undefined : { ...captured, seeds: fixed };
  for (const what of hasFixedSeed(of) ? seedLines(of).slice(0, 8) : [])
    items.push({ ingredient: 'parameters', what, availability: 'here', from: 'the code' });
  const random = randomStarts(captured);
  items.push(
    ...seedItem(seedWords.random, random, 'so its numbers are others each time'),
    ...seedItem(
      seedWords.drawn,
      drawn,
      'which neither the command nor its configuration nor the code states',
    ),
    ...seedItem(
      seedWords.unsearched,
      unsearched,
      'and whether the code states it is known when the code is here',
    ),
  );
  if (seed === undefined && !hasFixedSeed(captured) && random.length === 0)
    items.push({
      ...{ ingredient: 'parameters', what: seedWords.unseen, availability: 'unknown' },
      reason: 'none was seen; a program that draws random numbers without one is another run each time',
    });
  return items;
}

/** What an item of this room says of a seed that is not known to be the same again. */
const seedWords = {
  unseen: 'seed',
  random: 'random start',
  drawn: 'seed of unknown origin',
  unsearched: 'seed of unseen code',
} as const;

function seedItem(what: string, seeds: readonly SeenSeed[], why: string): ForecastItem[] {
  const [first] = seeds;
  if (first === undefined) return [];
  const more = seeds.length === 1 ? '' : ` (and ${seeds.length - 1} more)`;
  return [
    { ingredient: 'parameters', what, availability: 'unknown', reason: `${seedText(first)}, ${why}${more}` },
  ];
}

/** Whether it is not known where its random numbers begin in another run. */
export function isSeedUnknown({ ingredient, what, availability }: ForecastItem): boolean {
  const words: readonly string[] = Object.values(seedWords);
  return ingredient === 'parameters' && availability === 'unknown' && words.includes(what);
}

/** Whether nothing is recorded of where its random numbers began. */
export function isSeedUnseen(item: ForecastItem): boolean {
  return isSeedUnknown(item) && item.what === seedWords.unseen;
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
