/** Where a run would execute again, and how that place differs from the one that it ran in. */
import { LockstepError } from '../../base/lockstepError.ts';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { capturePackages } from '../../environments/python/packages.ts';
import { captureInterpreter, type Interpreter } from '../../execution/capture/interpreter.ts';
import type { Package } from '../../runs/captured.ts';
import { imageText } from '../../runs/environmentText.ts';
import type { ForecastItem } from '../../runs/forecast.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { isConfirmedFor } from '../../runs/sharedRecord.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { environmentCost, type EnvironmentCost } from './environmentCost.ts';
import { chooseEnvironmentRoute, type EnvironmentRoute } from '../restore/environmentRoute.ts';

export interface EnvironmentQuestion {
  readonly original: RunDetails;
  readonly plan: Plan;
  readonly store: string;
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
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
  /** Undefined where no way is known. */
  readonly cost?: EnvironmentCost;
}

const patienceMs = 10_000;

/** Rejects only when aborted. */
export async function lookAtEnvironment(question: EnvironmentQuestion): Promise<EnvironmentLook> {
  const { original, plan, store, workspace, environment, packages, signal } = question;
  const common = { ingredient: 'environment', what: recordedText(plan) } as const;
  // The record names the interpreter to start and the engine to ask.
  if (!isAgreedTo(original)) {
    const reason = 'not looked at before you agree to what it runs';
    return {
      items: [{ ...common, availability: 'unknown', reason }],
      ...{ text: 'Where it runs is not looked at before you agree to what it runs.', differences: [] },
    };
  }
  let route: EnvironmentRoute;
  // An engine or a registry that does not answer must not hold up the rest.
  const late = AbortSignal.timeout(patienceMs);
  try {
    route = await chooseEnvironmentRoute({
      ...{ original, store, codeRoot: workspace, asked: question.asked, environment },
      signal: AbortSignal.any([signal, late]),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) {
      const reason = `its engine or registry did not answer in ${patienceMs / 1000} s`;
      return {
        items: [{ ...common, availability: 'unknown', reason }],
        ...{ text: `Where it runs is not known: ${reason}.`, differences: [] },
      };
    }
    if (!(error instanceof LockstepError)) throw error;
    const { message, mend } = error;
    return {
      items: [
        { ...{ ...common, availability: 'gone', reason: message }, ...(mend === undefined ? {} : { mend }) },
      ],
      ...{ text: message, problem: error, differences: [] },
    };
  }
  const interpreter = knownValue(plan.interpreter);
  const cost = await environmentCost({
    ...{ route, original, plan, packages, workspace, environment, signal },
  });
  const look = {
    items: [itemOf(route, plan, cost), ...packagesItem(route, packages, cost)],
    text: cost.isMade ? `${route.text.replace(/\.$/, '')}, which lies in the cache.` : route.text,
    ...{ route, cost, differences: route.differences },
  };
  // Installed or fetched once more, these are the same.
  if (route.kind === 'image-here' || route.kind === 'image-pulled' || route.kind === 'python-rebuilt')
    return { ...look, packagesNow: packages, interpreterNow: interpreter };
  if (route.kind === 'image-rebuilt' || plan.environment.container !== undefined || interpreter === undefined)
    return look;
  return {
    ...look,
    interpreterNow: await interpreterAt(interpreter.path, question),
    packagesNow: route.kind === 'recorded' ? packages : await installedNow(interpreter.path, question),
  };
}

function itemOf(route: EnvironmentRoute, plan: Plan, cost: EnvironmentCost): ForecastItem {
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
      return {
        ...{ ...common, availability: 'rebuildable', from: 'the devcontainer of its code' },
        ...(cost.bytes === undefined ? {} : { bytes: cost.bytes }),
        ...(better === undefined && cost.note === undefined
          ? {}
          : { reason: [better?.reason, cost.note].filter(text => text !== undefined).join('; ') }),
      };
    case 'python-rebuilt':
      if (cost.isMade) return { ...common, availability: 'here', from: 'the cache' };
      return { ...common, availability: 'rebuildable', from: 'the captured list of packages', ...reason };
    case 'host':
      return plan.environment.container === undefined
        ? { ...common, availability: 'here' }
        : {
            ...{ ingredient: 'environment', what: 'this machine', availability: 'here' },
            reason: `in place of ${recordedText(plan)}, which the run had`,
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

/** Of an image they are a part. */
function packagesItem(
  { kind, differences }: EnvironmentRoute,
  packages: readonly Package[] | undefined,
  { isMade, bytes, unknownSizes }: EnvironmentCost,
): ForecastItem[] {
  if (packages === undefined || (kind !== 'recorded' && kind !== 'python-rebuilt' && kind !== 'host'))
    return [];
  const common = {
    ingredient: 'environment',
    what: packages.length === 1 ? '1 package' : `${packages.length} packages`,
  } as const;
  const shown = differences.slice(0, 3).join(', ');
  const reason = differences.length > 3 ? `${shown} and ${differences.length - 3} more` : shown;
  if (isMade) return [{ ...common, availability: 'here', from: 'the cache' }];
  if (kind === 'python-rebuilt') {
    const sizes = unknownSizes === 0 ? '' : `the size of ${unknownSizes} is not known`;
    const reasons = [reason, sizes].filter(text => text !== '').join('; ');
    return [
      {
        ...{ ...common, availability: 'rebuildable', from: 'the captured list of packages' },
        ...(bytes === undefined || bytes === 0 ? {} : { bytes }),
        ...(reasons === '' ? {} : { reason: reasons }),
      },
    ];
  }
  return [{ ...common, availability: 'here', ...(reason === '' ? {} : { reason }) }];
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

/** As the program saw it at its start, which is how the recorded list was made. */
async function installedNow(
  path: string,
  { original, environment, packages, signal }: EnvironmentQuestion,
): Promise<readonly Package[] | undefined> {
  const seen = original.captured?.pythons?.[0]?.['path'];
  if (packages === undefined || !Array.isArray(seen)) return undefined;
  return knownValue(
    await capturePackages({
      ...{ interpreter: { path }, variables: environment, signal },
      ...{
        seenPath: seen.filter(one => typeof one === 'string'),
        cacheDir: lockstepCacheFolder(environment),
      },
    }),
  );
}

/**
 * An image that is gone can perhaps be built once more from code that is not here yet: nobody knows before that is.
 * @param code What is known of it; undefined where this is no repository.
 */
export function untilCodeIsHere(
  look: EnvironmentLook,
  code: { readonly tree: unknown; readonly missing: unknown } | undefined,
): EnvironmentLook {
  const mayCome = code !== undefined && code.tree === undefined && code.missing === undefined;
  if (look.problem?.code !== 'image-gone' || !mayCome) return look;
  const reason = `its image is gone; whether it can be built once more is seen when the code of the run is here`;
  return {
    items: look.items.map(item => ({ ...item, availability: 'unknown', reason, mend: undefined })),
    ...{ text: `Where it runs is not known: ${reason}.`, differences: [] },
  };
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
  return shared === undefined || isConfirmedFor(shared, 'checkout');
}
