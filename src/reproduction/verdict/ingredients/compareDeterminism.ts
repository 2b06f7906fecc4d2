/** The settings that decide whether the same code gives the same bits: thread counts, hash seed, library switches. */
import { isDeterminismVariable } from '../../../execution/capture/variables.ts';
import type { Ingredient } from '../../../runs/verdict.ts';
import { hasRandomHashes, hashSeedUnknown } from './hashSeed.ts';
import { IngredientFindings } from './ingredientSide.ts';
import type { IngredientSide } from './ingredientSide.ts';

export function compareDeterminism(original: IngredientSide, now: IngredientSide): Ingredient {
  const findings = new IngredientFindings();
  // A program that was killed could not be asked at its end: then only the variables are compared.
  const asked = hasFacts(original) && hasFacts(now);
  const before = settingsOf(original, asked);
  const after = settingsOf(now, asked);
  for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    if (askedOnce(name, original, now)) continue;
    const from = before.get(name);
    const to = after.get(name);
    // Nobody knows what it was there: hidden values stay with the store of a run.
    if (from === undefined && to?.hidden === true && original.plan.hiddenVariables !== undefined)
      findings.unknown(`${name} unknown in the original`);
    else if (from?.hidden === true || to?.hidden === true) {
      if (from?.text !== to?.text) findings.differs(`${name} has another value`);
    } else if (from?.text !== to?.text)
      findings.differs(`${name} ${from?.text ?? '(not set)'} → ${to?.text ?? '(not set)'}`);
  }
  if (hasRandomHashes(original) && hasRandomHashes(now)) findings.unknown(hashSeedUnknown);
  return findings.row('determinism', describe(before), describe(after));
}

/**
 * Only one of the two was asked: an earlier version did not know this question about a library that both had loaded, or
 * that it could not name.
 */
function askedOnce(name: string, original: IngredientSide, now: IngredientSide): boolean {
  const before = original.captured?.facts ?? {};
  const after = now.captured?.facts ?? {};
  if (Object.hasOwn(before, name) === Object.hasOwn(after, name)) return false;
  const [group = ''] = name.split('.', 1);
  if (isDeterminismVariable(name)) return false;
  if (nativeGroups.has(group)) return true;
  const version = `${group}.version`;
  return Object.hasOwn(before, version) && Object.hasOwn(after, version);
}

/** A library that was loaded in one run only shows in the versions of the packages. */
const nativeGroups = new Set(['blas', 'openmp']);

interface Setting {
  readonly text: string;
  readonly hidden: boolean;
}

function hasFacts({ captured }: IngredientSide): boolean {
  return Object.keys(captured?.facts ?? {}).length > 0;
}

function settingsOf(side: IngredientSide, withFacts: boolean): Map<string, Setting> {
  const facts = withFacts ? Object.entries(side.captured?.facts ?? {}) : [];
  return new Map([
    ...facts.map(([name, value]): [string, Setting] => [name, { text: String(value), hidden: false }]),
    ...Object.entries(side.plan.variables)
      .filter(([name]) => isDeterminismVariable(name))
      .map(([name, variable]): [string, Setting] => [
        name,
        'value' in variable && typeof variable.value === 'string'
          ? { text: variable.value, hidden: false }
          : { text: String(variable.keyedHash), hidden: true },
      ]),
  ]);
}

function describe(settings: ReadonlyMap<string, Setting>): string {
  if (settings.size === 0) return 'nothing set';
  return [...settings].map(([name, { text, hidden }]) => `${name}=${hidden ? '…' : text}`).join(', ');
}
