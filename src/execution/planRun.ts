/** Finds out, all at once, what must be known before the start, and puts it together as the plan. */
import { hostname } from 'node:os';
import { relative, sep } from 'node:path';
import { takeSnapshot } from '../git/takeSnapshot.ts';
import { errorText } from '../base/systemError.ts';
import { pinsAtStart } from '../data/pinsAtStart.ts';
import { planVersion } from '../runs/plan.ts';
import type { Plan } from '../runs/plan.ts';
import { captureParameters, findSeed } from './capture/parameters.ts';
import { captureVariables, localeOf, storeKey, timeZoneOf } from './capture/variables.ts';
import { markPlan } from './capture/markPlan.ts';
import { recordedPath } from './capture/nameInRoot.ts';
import type { CommandPlace } from './commandPlace.ts';
import type { LaunchSpec } from './launchSpec.ts';
import type { PreparedRun } from './runHooks.ts';

export interface PlanContext {
  readonly prepared: PreparedRun;
  /** The true command, secrets included: only to find its program. */
  readonly argv: readonly string[];
  readonly place: CommandPlace;
  /** The environment in which programs are started on this machine. */
  readonly surroundings: Readonly<Record<string, string>>;
  /** The environment of the command. */
  readonly variables: Promise<Readonly<Record<string, string>>>;
  readonly signal: AbortSignal;
  /** Called as each part is known, for the timings in the log. */
  readonly onPhase: (name: string) => void;
  readonly onProblem: (text: string) => void;
}

/** Rejects only when aborted: what cannot be found out is unknown, with its reason. */
export async function planRun(spec: LaunchSpec, context: PlanContext): Promise<Plan> {
  const { prepared, signal, onPhase } = context;
  const root = prepared.root ?? spec.root;
  const cwd = prepared.cwd ?? spec.cwd;
  const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
    const value = await work;
    onPhase(name);
    return value;
  };
  const { surroundings, place, argv } = context;
  const [code, interpreter, parameters, variables, shown, pins, environment] = await Promise.all([
    prepared.code ?? timed('code', takeSnapshot({ root, signal, environment: surroundings })),
    prepared.interpreter ??
      timed(
        'interpreter',
        context.variables.then(known => place.interpreter({ argv, cwd, variables: known, signal })),
      ),
    timed('parameters', captureParameters({ argv: spec.argv, cwd, root })),
    context.variables,
    context.variables.then(known =>
      shownVariables(spec.store, known, prepared.recordedAs ?? {}, context.onProblem),
    ),
    timed('pins', pinnedData(root, surroundings, context.onProblem)),
    place.identity(),
  ]);
  const locale = localeOf(variables);
  const plan: Plan = {
    schemaVersion: planVersion,
    id: spec.id,
    createdAt: spec.createdAt,
    toolVersion: spec.toolVersion,
    ...(spec.name === undefined ? {} : { name: spec.name }),
    tags: spec.tags,
    ...(spec.experiment === undefined ? {} : { experiment: spec.experiment }),
    host: hostname(),
    root,
    cwd: relative(root, cwd).split(sep).join('/'),
    argv: spec.argv,
    secretArguments: spec.secretArguments,
    stdin: spec.stdin,
    tty: spec.tty,
    environment,
    interpreter,
    code,
    parameters,
    seed: findSeed(parameters),
    variables: shown,
    timeZone: timeZoneOf(variables),
    ...(locale === undefined ? {} : { locale }),
    declaredInputs: spec.declaredInputs.map(path => recordedPath(path, root)),
    declaredOutputs: spec.declaredOutputs.map(path => recordedPath(path, root)),
    ...(spec.pinOutputs === undefined ? {} : { pinOutputs: spec.pinOutputs }),
    ...(pins === undefined ? {} : { pins }),
    metricLines: spec.metricLines,
    lineRules: 2,
    ...(spec.reproduces === undefined ? {} : { reproduces: spec.reproduces }),
    ...(spec.purpose === undefined ? {} : { purpose: spec.purpose }),
    ...(spec.rerunOf === undefined ? {} : { rerunOf: spec.rerunOf }),
    ...prepared.plan,
  };
  // Without a mark a reproduction grants less, and says so.
  return markPlan(spec.store, plan).catch(() => plan);
}

async function pinnedData(
  root: string,
  variables: Readonly<Record<string, string>>,
  onProblem: (text: string) => void,
): Promise<Plan['pins']> {
  try {
    return await pinsAtStart(root, variables);
  } catch (error) {
    onProblem(`Pinned data is not recorded: ${errorText(error)}`);
    return undefined;
  }
}

async function shownVariables(
  store: string,
  variables: Readonly<Record<string, string>>,
  recordedAs: Readonly<Record<string, string>>,
  onProblem: (text: string) => void,
): Promise<Plan['variables']> {
  try {
    const key = await storeKey(store);
    const hashed = Object.entries(captureVariables(recordedAs, key)).filter(([, one]) => 'keyedHash' in one);
    return { ...captureVariables(variables, key), ...Object.fromEntries(hashed) };
  } catch (error) {
    onProblem(`Environment variables are not recorded: ${errorText(error)}`);
    return {};
  }
}
