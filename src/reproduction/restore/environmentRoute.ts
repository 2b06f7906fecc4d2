/**
 * In which environment a run can be executed once more, the best way first: as it was, made again from what names it
 * exactly, made again from a list, else the host as it is. Invariants: looking changes nothing; what is not the recorded
 * environment is never taken without a cap that says so.
 */
import { existsSync } from 'node:fs';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { capturePackages } from '../../environments/python/packages.ts';
import type { Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { planMissing } from '../errors.ts';
import { interpreterMissing, packagesUnknown } from './errors.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { changedPackages } from './changedPackages.ts';
import { imageRoute } from './imageRoute.ts';
import { withoutOwn } from './ownPackages.ts';

/**
 * `recorded`: the host or the managed environment as the run recorded it. `image-here`: the very image is on this
 * machine. `image-pulled`: it is fetched by its digest. `image-rebuilt`: built from the devcontainer of the run's own
 * code. `python-rebuilt`: the captured Python packages, installed once more. `host`: this machine as it is.
 */
export type EnvironmentRouteKind =
  'recorded' | 'image-here' | 'image-pulled' | 'image-rebuilt' | 'python-rebuilt' | 'host';

export interface EnvironmentRoute {
  readonly kind: EnvironmentRouteKind;
  /** One sentence: where the command will run. */
  readonly text: string;
  /** What will keep the verdict from `identical`, in the words of the verdict. */
  readonly caps: readonly string[];
  /** What is not as recorded, as far as that can be told before: `numpy 1.26.4 → 2.0.1`. */
  readonly differences: readonly string[];
  /** Better ways that are not open, best first, and why. */
  readonly passedOver: readonly { readonly kind: EnvironmentRouteKind; readonly reason: string }[];
  /** Of a container: the image to use, by its id, or by the digest that it is fetched by. */
  readonly image?: {
    readonly id?: string;
    /** `repo@sha256:…` */
    readonly digest?: string;
    /** Compressed, to fetch. */
    readonly bytes?: number;
  };
  /** Nobody asked for this way: where it turns out to be closed, the run goes to the host as it is, and says so. */
  readonly orHost?: boolean;
}

export interface EnvironmentRouteRequest {
  readonly original: RunDetails;
  readonly store: string;
  /** A working tree that the snapshot of the run can be read from: its checkout, or the workspace. Absolute. */
  readonly codeRoot: string;
  /** As `--env` asks. */
  readonly asked: ReproductionOptions['environment'];
  /** The environment that the reproduction is started from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export const rebuiltCap = 'the environment was rebuilt from the captured list';
export const otherPackagesCap = 'the packages are not the recorded ones';
export const hostCap = 'it ran on the host, not in the container of the original';

/**
 * Starts and fetches nothing. Rejects with `plan-missing`, `packages-unknown`, `interpreter-missing`, `image-gone`, as the
 * engine does, or when aborted.
 */
export async function chooseEnvironmentRoute(request: EnvironmentRouteRequest): Promise<EnvironmentRoute> {
  const { original, asked } = request;
  const { plan } = original;
  if (plan === undefined) throw planMissing(original.id, original.problems[0]);
  if (asked === 'python') return rebuiltRoute(request, plan, await recordedPackages(request), []);
  if (plan.environment.container === undefined) return localRoute(request, plan);
  if (asked === 'host')
    return {
      ...{ kind: 'host', text: 'On this machine as it is, which is not where the run ran.' },
      ...{ caps: [hostCap], differences: [], passedOver: [] },
    };
  return imageRoute(request, plan.environment.container, plan);
}

/** Of a run on the host, or in a managed Python environment. */
async function localRoute(request: EnvironmentRouteRequest, plan: Plan): Promise<EnvironmentRoute> {
  const { original, asked, environment, signal } = request;
  const interpreter = knownValue(plan.interpreter);
  const managed = plan.environment.kind === 'python';
  const asItIs: EnvironmentRoute = {
    kind: 'recorded',
    text: managed
      ? 'In the managed Python environment that the run had.'
      : 'On this machine, as the run recorded it.',
    ...{ caps: [], differences: [], passedOver: [] },
  };
  const list = await recordedPackages(request);
  if (interpreter !== undefined && !existsSync(interpreter.path)) {
    if (list === undefined || asked === 'host')
      throw interpreterMissing(interpreter.path, interpreter.version);
    const reason = `the interpreter ${interpreter.path} is gone`;
    return rebuiltRoute(request, plan, list, [{ kind: 'recorded', reason }]);
  }
  if (list === undefined || interpreter === undefined) return asItIs;
  const now = await capturePackages({
    ...{ interpreter, variables: environment, contents: true, signal },
    seenPath: searchPathOf(original),
    cacheDir: lockstepCacheFolder(environment),
  });
  const there = knownValue(now);
  if (there === undefined) return asItIs;
  const { changed, added } = changedPackages(list, there, [plan.root]);
  if (changed.length === 0 && added.length === 0) return asItIs;
  // A package more is no package less: what the run had is all there.
  if (changed.every(isInstaller) || asked === 'host')
    return {
      ...{ kind: 'host', text: 'On this machine as it is; its packages have changed since.' },
      ...{ caps: [otherPackagesCap], differences: [...changed, ...added.map(one => `${one} was added`)] },
      passedOver: [{ kind: 'recorded', reason: someOf(changed.length === 0 ? added : changed) }],
    };
  const route = rebuiltRoute(request, plan, list, [{ kind: 'recorded', reason: someOf(changed) }]);
  return { ...route, differences: changed, orHost: true };
}

function rebuiltRoute(
  { original }: EnvironmentRouteRequest,
  plan: Plan,
  list: readonly Package[] | undefined,
  passedOver: EnvironmentRoute['passedOver'],
): EnvironmentRoute {
  const { realPath } = knownValue(plan.interpreter) ?? {};
  if (list === undefined) throw packagesUnknown(original.id);
  const proven =
    plan.environment.container === undefined &&
    realPath !== undefined &&
    existsSync(realPath) &&
    withoutOwn(list, plan.root).every(one => one.contents !== undefined);
  return {
    ...{ kind: 'python-rebuilt', text: 'In a Python environment made once more from the captured list.' },
    ...{ caps: proven ? [] : [rebuiltCap], differences: [], passedOver },
  };
}

async function recordedPackages({
  original,
  store,
}: EnvironmentRouteRequest): Promise<Package[] | undefined> {
  const list = knownValue(original.captured?.packages)?.list;
  return list === undefined ? undefined : readPackageList(store, list).catch(() => undefined);
}

/** As the program saw it at its start, which is how the recorded list was made. */
function searchPathOf({ captured }: RunDetails): string[] | undefined {
  const path = captured?.pythons?.[0]?.['path'];
  return Array.isArray(path) ? path.filter(one => typeof one === 'string') : undefined;
}

/** Whether no program computes with it: that another version installs packages is no other environment. */
function isInstaller(line: string): boolean {
  return /^(?:pip|setuptools|wheel|uv) /.test(line);
}

function someOf(lines: readonly string[]): string {
  const shown = lines.slice(0, 3).join(', ');
  return lines.length > 3 ? `${shown} and ${lines.length - 3} more` : shown;
}
