/** Where a run would execute again, and how that place differs from the one that it ran in. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { LockstepError } from '../../base/lockstepError.ts';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { findPackageFolders } from '../../environments/python/packageFolders.ts';
import { capturePackages } from '../../environments/python/packages.ts';
import { readCommandWords } from '../../execution/capture/commandWords.ts';
import { captureInterpreter, type Interpreter } from '../../execution/capture/interpreter.ts';
import type { Package } from '../../runs/captured.ts';
import { imageText } from '../../runs/environmentText.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { chooseEnvironmentRoute, type EnvironmentRoute } from '../restore/environmentRoute.ts';
import { packageChanges } from './closeness/environmentRules.ts';

export interface EnvironmentQuestion {
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly store: string;
  readonly asked: ReproductionOptions['environment'];
  readonly environment: NodeJS.ProcessEnv;
  /** As captured, where the list is in the store. */
  readonly packages: readonly Package[] | undefined;
  readonly signal: AbortSignal;
}

export interface EnvironmentLook {
  readonly items: readonly ForecastItem[];
  /** One sentence. */
  readonly text: string;
  readonly route?: EnvironmentRoute;
  /** Why no way is open. */
  readonly problem?: LockstepError;
  /** Undefined where they are not known before it runs. */
  readonly packagesNow?: readonly Package[] | undefined;
  readonly interpreterNow?: Interpreter | undefined;
  /** `numpy 1.26.4 → 2.0.1`. */
  readonly differences: readonly string[];
}

/** Rejects only when aborted. */
export async function lookAtEnvironment(question: EnvironmentQuestion): Promise<EnvironmentLook> {
  const { original, plan, store, environment, packages, signal } = question;
  const interpreter = knownValue(plan.interpreter);
  let route: EnvironmentRoute;
  try {
    route = await chooseEnvironmentRoute({ original, store, asked: question.asked, environment, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LockstepError)) throw error;
    const item = { ingredient: 'environment', what: recordedText(plan), availability: 'gone' } as const;
    return {
      items: [{ ...item, reason: error.message, ...(error.mend === undefined ? {} : { mend: error.mend }) }],
      ...{ text: error.message, problem: error, differences: [] },
    };
  }
  if (route.kind !== 'recorded') {
    const same =
      route.kind === 'image-here' || route.kind === 'image-pulled' || route.kind === 'python-rebuilt';
    return {
      ...{ items: [itemOf(route, plan)], text: route.text, route, differences: route.differences },
      ...(same ? { packagesNow: packages, interpreterNow: interpreter } : {}),
    };
  }
  // To ask an interpreter is to start it: not at the word of somebody's record that nobody here has agreed to.
  const asked = isAgreedTo(original) ? interpreter : undefined;
  const interpreterNow = asked === undefined ? undefined : await interpreterAt(asked.path, question);
  const packagesNow = asked === undefined ? undefined : await installedNow(asked.path, question);
  const changes = packageChanges(packages, packagesNow).map(one => one.text);
  const differences = [...new Set([...changes, ...route.differences])];
  return {
    items: [itemOf(route, plan), ...packagesItem(packages, differences)],
    ...{ text: route.text, route, packagesNow, interpreterNow, differences },
  };
}

function itemOf(route: EnvironmentRoute, plan: Plan): ForecastItem {
  const common = { ingredient: 'environment', what: recordedText(plan) } as const;
  const [better] = route.passedOver;
  const reason = better === undefined ? {} : { reason: better.reason };
  switch (route.kind) {
    case 'recorded':
    case 'image-here':
      return { ...common, availability: 'here' };
    case 'image-pulled':
      return {
        ...{ ...common, availability: 'fetchable' },
        ...(route.image?.bytes === undefined ? {} : { bytes: route.image.bytes }),
        from: route.image?.digest?.split('/', 1)[0] ?? 'its registry',
      };
    case 'image-rebuilt':
      return { ...common, availability: 'rebuildable', from: 'the devcontainer of its code', ...reason };
    case 'python-rebuilt':
      return { ...common, availability: 'rebuildable', from: 'the captured list of packages', ...reason };
    case 'host':
      return {
        ...common,
        availability: 'gone',
        reason: better?.reason ?? 'it runs on this machine as it is',
      };
  }
}

/** `Python 3.11.7`, `image 99dc737b0d3f`, `this machine`. */
function recordedText(plan: Plan): string {
  const { container } = plan.environment;
  if (container !== undefined) return imageText(container.imageId) || 'the image';
  const interpreter = knownValue(plan.interpreter);
  if (interpreter === undefined) return 'this machine';
  return `Python ${interpreter.version ?? 'of unknown version'}`;
}

function packagesItem(
  packages: readonly Package[] | undefined,
  differences: readonly string[],
): ForecastItem[] {
  if (packages === undefined) return [];
  const common = {
    ingredient: 'environment',
    what: packages.length === 1 ? '1 package' : `${packages.length} packages`,
  } as const;
  if (differences.length === 0) return [{ ...common, availability: 'here' }];
  const shown = differences.slice(0, 3).join(', ');
  return [
    {
      ...{ ...common, availability: 'rebuildable', from: 'the captured list of packages' },
      reason: differences.length > 3 ? `${shown} and ${differences.length - 3} more` : shown,
      mend: 'Have them as they were: lockstep reproduce --env python …',
    },
  ];
}

async function interpreterAt(
  path: string,
  { plan, environment, signal }: EnvironmentQuestion,
): Promise<Interpreter | undefined> {
  const known = await captureInterpreter({
    ...{ argv: [path], cwd: plan.root, variables: environment, signal },
    cacheDir: lockstepCacheFolder(environment),
  });
  return knownValue(known);
}

/** In the order of sys.path: what lies beside the script comes first, and was captured with the others. */
async function installedNow(
  path: string,
  { plan, environment, packages, signal }: EnvironmentQuestion,
): Promise<readonly Package[] | undefined> {
  if (packages === undefined) return undefined;
  const cacheDir = lockstepCacheFolder(environment);
  const variables = { ...environment, ...visibleVariables(plan) };
  const question = { interpreter: { path }, variables, cacheDir, signal };
  const folders = await findPackageFolders(question).catch(() => []);
  signal.throwIfAborted();
  if (folders.length === 0) return undefined;
  const { script } = readCommandWords(plan.argv);
  const cwd = join(plan.root, plan.cwd);
  const word = script === undefined ? undefined : plan.argv[script];
  const beside = word === undefined ? cwd : dirname(isAbsolute(word) ? word : resolve(cwd, word));
  return knownValue(await capturePackages({ ...question, seenPath: [beside, ...folders] }));
}

/** Those whose values are recorded: a reproduction sets them again. */
export function visibleVariables(plan: Plan): Record<string, string> {
  return Object.fromEntries(
    Object.entries(plan.variables).flatMap(([name, variable]) =>
      'value' in variable && typeof variable.value === 'string' ? [[name, variable.value]] : [],
    ),
  );
}

/** False for a run that came from somebody else, until a person here has seen what it does. */
export function isAgreedTo({ shared }: Pick<RunDetails, 'shared'>): boolean {
  return shared === undefined || shared.confirmedAt !== undefined;
}

/** What is read there belongs to the environment, and is no input. Absolute. */
export function recordedEnvironmentFolders(plan: Plan): string[] {
  const interpreter = knownValue(plan.interpreter);
  return [interpreter?.prefix, plan.environment.python?.folder].filter(folder => folder !== undefined);
}
