/** Parameters and seed of two runs. Paths inside the repository count as the same wherever the repository stands. */
import { knownValue } from '../../../runs/known.ts';
import type { Parameter, ParameterValue } from '../../../runs/plan.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { hasFixedSeed, randomStarts, seedDifferences, seedLines, seedText } from '../../../runs/seenSeeds.ts';
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
  compareSeeds(original, now, findings);
  return findings.row('parameters', describe(original, before), describe(now, after));
}

/** A seed among the parameters, and those that the program was seen to set. */
function compareSeeds(original: IngredientSide, now: IngredientSide, findings: IngredientFindings): void {
  const [before, after] = [seedOf(original), seedOf(now)];
  const fixed = hasFixedSeed(original.captured) && hasFixedSeed(now.captured);
  // What the program set tells more than that no parameter is named so; one generator with a seed speaks for no other.
  if (before !== undefined || after !== undefined || !fixed) findings.compare('seed', before, after);
  const differences = seedDifferences(original.captured, now.captured);
  for (const line of differences.slice(0, mostSeedLines)) findings.differs(line);
  if (differences.length > mostSeedLines)
    findings.differs(`seeds of ${differences.length - mostSeedLines} more calls`);
  for (const seed of randomStarts(now.captured).slice(0, mostSeedLines))
    findings.unknown(`${seedText(seed)}: its numbers are others each time`);
}

const mostSeedLines = 8;

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
  const seen = seedLines(side.captured);
  if (seed !== undefined && !parameters.has('seed')) shown.push(`seed ${seed}`);
  shown.push(...seen.slice(0, 3));
  if (seen.length > 3) shown.push(`${seen.length - 3} more seeds`);
  if (seed === undefined && seen.length === 0) shown.push('seed unknown');
  return shown.join(', ');
}
