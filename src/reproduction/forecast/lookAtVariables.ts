/**
 * Variables of the environment in which the shell at hand is not the one of the run: those that are recorded by value a
 * reproduction sets again, of all others only a hash is known, and somebody has to set them where the code names them.
 */
import { isSecretName } from '../../base/secretText.ts';
import { captureVariables } from '../../execution/capture/variables.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import type { Plan } from '../../runs/plan.ts';
import { isSessionVariable } from '../../runs/sessionVariable.ts';
import { isHarmlessVariable } from '../cause/harmlessVariable.ts';

export interface VariablesQuestion {
  readonly plan: Plan;
  /** The environment that the reproduction would be started from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As it would be recorded: hashes by the key of the store, undefined where that says nothing of this record. */
  readonly here: Plan['variables'] | undefined;
  /** By name, the file of the code that names it. */
  readonly named: ReadonlyMap<string, string>;
  /** What the reproduction is asked to set. */
  readonly overrides: Readonly<Record<string, string | null>>;
}

export function lookAtVariables(question: VariablesQuestion): ForecastItem[] {
  const { plan, named, overrides } = question;
  const items: ForecastItem[] = [];
  // What is set inside a container its image and configuration say.
  if (plan.environment.container !== undefined) return items;
  for (const [name, file] of [...named].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (isSecretName(name) || Object.hasOwn(overrides, name) || isVisible(plan.variables[name])) continue;
    const item = lackingItem(question, name, file);
    if (item !== undefined) items.push(item);
  }
  return [...items, ...givenItems(question)];
}

function lackingItem(
  { plan, environment, here }: VariablesQuestion,
  name: string,
  file: string,
): ForecastItem | undefined {
  const common = { ingredient: 'environment', what: `variable ${name}` } as const;
  const wasSet = plan.variables[name] !== undefined;
  const isSet = environment[name] !== undefined;
  if (wasSet && !isSet)
    return {
      ...{ ...common, availability: 'gone' },
      reason: `it was set, is not set here, and ${file} names it; of its value only a hash is recorded`,
      mend: `Set ${name} as it was and try again.`,
    };
  if (here === undefined) return undefined;
  if (!wasSet && isSet && here[name] !== undefined)
    return {
      ...{ ...common, availability: 'changed' },
      reason: `it is set here, was not set, and ${file} names it`,
      mend: `Try again without ${name}.`,
    };
  if (!wasSet || hashOf(plan.variables[name]) === hashOf(here[name])) return undefined;
  return {
    ...{ ...common, availability: 'changed' },
    reason: `it has another value here, and ${file} names it; of the one it had only a hash is recorded`,
    mend: `Set ${name} as it was and try again.`,
  };
}

/** What the record has by value is set again, whatever the shell says. */
function givenItems({ plan, environment, overrides }: VariablesQuestion): ForecastItem[] {
  const decides = (name: string): boolean =>
    !isSessionVariable(name) && !isHarmlessVariable(name) && !Object.hasOwn(overrides, name);
  const set = Object.entries(plan.variables).flatMap(([name, variable]) =>
    isVisible(variable) && decides(name) && environment[name] !== variable.value
      ? [{ what: `${name}=${shortened(String(variable.value))}`, name }]
      : [],
  );
  const unset = Object.entries(captureVariables(environment, Buffer.alloc(32))).flatMap(([name, variable]) =>
    isVisible(variable) && decides(name) && plan.variables[name] === undefined
      ? [{ what: `${name} unset`, name }]
      : [],
  );
  return [...set, ...unset]
    .filter(({ name }) => !ofEnvironment.test(name))
    .map(({ what }) => ({
      ...{ ingredient: 'environment', what: `variable ${what}`, availability: 'here', from: 'the record' },
    }));
}

/** They follow from the environment, or are made for each command. */
const ofEnvironment = /^(?:PYTHONPATH|VIRTUAL_ENV|CONDA_\w+|LD_LIBRARY_PATH)$/;

function isVisible(variable: Plan['variables'][string] | undefined): boolean {
  return variable !== undefined && 'value' in variable && typeof variable.value === 'string';
}

function hashOf(variable: Plan['variables'][string] | undefined): unknown {
  return variable !== undefined && 'keyedHash' in variable ? variable.keyedHash : undefined;
}

function shortened(value: string): string {
  return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}
