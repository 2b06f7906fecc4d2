/** The six ingredients of a run beside this machine as it is now, compared as a verdict compares two runs. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureVariables, localeOf, timeZoneOf } from '../../execution/capture/variables.ts';
import type { Captured, FileUse, Hardware, Package } from '../../runs/captured.ts';
import type { Known } from '../../runs/known.ts';
import type { EnvironmentIdentity, Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { Ingredient } from '../../runs/verdict.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { compareIngredients } from '../verdict/compareIngredients.ts';
import type { IngredientSide } from '../verdict/ingredients/ingredientSide.ts';
import { withReaders } from '../verdict/ingredients/withReaders.ts';
import type { DataLook } from './lookAtData.ts';
import { visibleVariables, type EnvironmentLook } from './lookAtEnvironment.ts';

export interface IngredientsQuestion {
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly store: string;
  readonly root: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly data: DataLook;
  readonly environment: EnvironmentLook;
  readonly packages: readonly Package[] | undefined;
  readonly hardware: Known<Hardware>;
  readonly overrides: ReproductionOptions['variables'];
  /** See recordedHere. */
  readonly recorded: Plan['variables'] | undefined;
  /** Variables that the code names, with the file that does. */
  readonly named: ReadonlyMap<string, string>;
  readonly codeHere: boolean;
}

/** The variables of this shell as the store would record them; undefined where its hashes say nothing of this record. */
export async function recordedHere({
  original,
  store,
  variables,
}: Pick<IngredientsQuestion, 'original' | 'store' | 'variables'>): Promise<Plan['variables'] | undefined> {
  const key = original.shared === undefined ? await readKey(store) : undefined;
  // Hashes of another store, or without its key, say nothing.
  return key === undefined ? undefined : captureVariables(variables, key);
}

export function ingredientsNow(question: IngredientsQuestion): Ingredient[] {
  const { original, plan, root, packages, codeHere, environment } = question;
  const roots = [...new Set([plan.root, root])];
  const before: IngredientSide = {
    ...{ plan, captured: original.captured, result: original.result, packages, roots },
  };
  const variables = variablesNow(question);
  const now: IngredientSide = {
    plan: {
      ...plan,
      ...variables,
      environment: environmentNow(plan, environment),
      interpreter:
        environment.interpreterNow === undefined
          ? { known: 'unknown', reason: 'it is known when it runs' }
          : { known: 'captured', value: environment.interpreterNow },
      code: codeHere ? plan.code : { known: 'unknown', reason: 'it is gone' },
    },
    captured: original.captured === undefined ? undefined : capturedNow(original.captured, question),
    result: original.result,
    packages: environment.packagesNow,
    roots,
    changedInputs: question.data.changed.map(({ path }) => path),
  };
  return withReaders(compareIngredients(before, now), question.named).map(row => withGoneData(row, question));
}

/** What is gone was not "read by the original only": it cannot be read at all. */
function withGoneData(row: Ingredient, { data }: IngredientsQuestion): Ingredient {
  if (row.name !== 'data' && row.name !== 'code') return row;
  const gone = data.items.filter(one => one.availability === 'gone' && one.ingredient === row.name);
  if (gone.length === 0) return row;
  const names = new Set(gone.map(one => one.what));
  const others = row.differences.filter(line => ![...names].some(name => line.startsWith(`${name} `)));
  return {
    ...row,
    status: 'differs',
    differences: [
      ...gone.map(one => `${one.what} is gone${one.reason === undefined ? '' : `: ${one.reason}`}`),
      ...others,
    ].slice(0, mostLines),
  };
}

const mostLines = 100;

function environmentNow(plan: Plan, { route }: EnvironmentLook): EnvironmentIdentity {
  switch (route?.kind) {
    case 'python-rebuilt':
      return {
        ...{ kind: 'python', drift: 'clean' },
        python: { folder: '', folders: [], rebuiltFrom: 'the captured list' },
      };
    case 'host':
      return plan.environment.container === undefined ? plan.environment : { kind: 'host' };
    case undefined:
    case 'image-rebuilt':
    case 'recorded':
    case 'image-here':
    case 'image-pulled':
      return plan.environment;
  }
}

function capturedNow(
  captured: Captured,
  { data, hardware, environment, packages }: IngredientsQuestion,
): Captured {
  const changed = new Map(data.changed.map(one => [one.path, one.sha256]));
  const lost = new Set(data.lost.map(one => one.path));
  const inside = environment.route?.kind.startsWith('image-') === true;
  return {
    ...captured,
    hardware: inside ? ofImage(hardware, captured) : hardware,
    packages:
      environment.packagesNow === undefined
        ? { known: 'unknown', reason: 'they are known when it runs' }
        : environment.packagesNow === packages
          ? captured.packages
          : { known: 'captured', value: { list: 'now', count: environment.packagesNow.length } },
    inputs: captured.inputs
      .filter(input => !lost.has(input.path))
      .map((input): FileUse => {
        if (!changed.has(input.path)) return input;
        return { ...input, sha256: changed.get(input.path) ?? 'changed' };
      }),
    // Nobody has asked the libraries of a program that has not run yet.
    facts: {},
  };
}

/** System and C library come with the image. */
function ofImage(hardware: Known<Hardware>, { hardware: recorded }: Captured): Known<Hardware> {
  if (hardware.known === 'unknown' || recorded.known === 'unknown') return hardware;
  const { os, libc } = recorded.value;
  return { ...hardware, value: { ...hardware.value, os, libc } };
}

/** As the supervisor of a reproduction would set them. */
function variablesNow({
  plan,
  variables,
  overrides,
  recorded: shown,
}: IngredientsQuestion): Pick<Plan, 'variables'> & { timeZone?: string; locale?: string } {
  const recorded = visibleVariables(plan);
  const here: Plan['variables'] = Object.fromEntries(
    shown === undefined
      ? Object.entries(plan.variables).filter(([name]) => !Object.hasOwn(recorded, name))
      : Object.entries(shown).filter(([, variable]) => !('value' in variable)),
  );
  const all: Plan['variables'] = {
    ...here,
    ...Object.fromEntries(Object.entries(recorded).map(([name, value]) => [name, { value }])),
  };
  const kept = Object.entries(all).filter(([name]) => !Object.hasOwn(overrides, name));
  for (const [name, value] of Object.entries(overrides)) if (value !== null) kept.push([name, { value }]);
  const set = {
    ...variables,
    LC_ALL: undefined,
    LC_CTYPE: undefined,
    LANG: undefined,
    TZ: undefined,
    ...recorded,
  };
  const locale = localeOf(set);
  return {
    variables: Object.fromEntries(kept),
    timeZone: timeZoneOf(set),
    ...(locale === undefined ? {} : { locale }),
  };
}

async function readKey(store: string): Promise<Buffer | undefined> {
  const text = await readFile(join(store, 'variables.key'), 'utf8').catch(() => '');
  return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}
