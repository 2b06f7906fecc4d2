/** Parameters and seed of two runs. Paths inside the repository count as the same wherever the repository stands. */
import { knownValue } from '../../../runs/known.ts';
import type { Parameter, ParameterValue } from '../../../runs/plan.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { IngredientFindings, withoutRoots } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

export function compareParameters(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  const before = parametersOf(original);
  const after = parametersOf(now);
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const first = before.get(name) ?? '(not set)';
    const second = after.get(name) ?? '(not set)';
    if (first !== second) findings.differs(`${name} ${first} → ${second}`);
  }
  if (before.size === 0 && after.size === 0) {
    // No parameter names were found; the command itself is then what was asked for.
    findings.compare('command', commandOf(original), commandOf(now));
  }
  findings.compare('seed', seedOf(original), seedOf(now));
  return findings.row('parameters', describe(original, before), describe(now, after));
}

function parametersOf(side: IngredientSide): Map<string, string> {
  const all: Record<string, Parameter> = { ...side.result?.reportedParameters, ...side.plan.parameters };
  return new Map(Object.entries(all).map(([name, { value }]) => [name, valueText(value, side)]));
}

function seedOf(side: IngredientSide): string | undefined {
  const seed = knownValue(side.plan.seed) ?? side.result?.reportedParameters['seed']?.value;
  return seed === undefined ? undefined : valueText(seed, side);
}

function commandOf(side: IngredientSide): string {
  return side.plan.argv.map(word => valueText(word, side)).join(' ');
}

function valueText(value: ParameterValue, side: IngredientSide): string {
  return typeof value === 'string' ? withoutRoots(value, side) : String(value);
}

function describe(side: IngredientSide, parameters: ReadonlyMap<string, string>): string {
  const shown = [...parameters].slice(0, 4).map(([name, value]) => `${name} ${value}`);
  if (parameters.size > 4) shown.push(`${parameters.size - 4} more`);
  const seed = seedOf(side);
  if (!parameters.has('seed')) shown.push(seed === undefined ? 'seed unknown' : `seed ${seed}`);
  return shown.join(', ');
}
