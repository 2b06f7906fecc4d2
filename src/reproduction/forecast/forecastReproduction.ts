/**
 * What can be said of a reproduction before anything is spent: what of the run is here, can be had or is gone, how close
 * the result can get, and what it costs. Invariant: it looks, and changes nothing; no content is fetched, no program of
 * the run is started, and no index is written.
 */
import { hostname } from 'node:os';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import { freeSpace } from '../../data/remotes/freeSpace.ts';
import type { CredentialSource } from '../../data/remotes/objectStore.ts';
import { hardwareNow } from '../../execution/capture/hardwareNow.ts';
import { objectMissing } from '../../git/errors.ts';
import { findRepository } from '../../git/findRepository.ts';
import type { Package } from '../../runs/captured.ts';
import type { Forecast, ForecastItem, ForecastLimit } from '../../runs/forecast.ts';
import { knownValue } from '../../runs/known.ts';
import { readPackageList } from '../../runs/packageStore.ts';
import type { Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPathsIn } from '../../runs/runPaths.ts';
import { RunStore } from '../../runs/runStore.ts';
import { readExperiments } from '../../execution/experiments/readExperiments.ts';
import { awaitCaptured } from '../awaitCaptured.ts';
import {
  codeUnknown,
  inputsMissing,
  resumeUnknown,
  secretMissing,
  snapshotGone,
  writesOutside,
} from '../errors.ts';
import { experimentRules } from '../experimentRules.ts';
import { requireNetworkKept, requireReproducible } from '../reproduceRun.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { machineOf } from '../probe/machineOf.ts';
import { readProbes } from '../probe/readProbes.ts';
import { foldersOfEnvironment } from '../restore/environmentFolders.ts';
import { findEscapes } from '../restore/findEscapes.ts';
import { checkpointFiles } from '../restore/placeCheckpoint.ts';
import { outsideOutputs } from '../restore/outsideOutputs.ts';
import { requireInside } from '../restore/requireInside.ts';
import { closenessOf, limitsOf, sortLimits } from './closeness/closenessRules.ts';
import type { ComputeSide } from './closeness/computeSide.ts';
import { evidenceHere } from './evidenceHere.ts';
import { expectedCaps } from './expectedCaps.ts';
import { expectedDuration } from './expectedDuration.ts';
import { forecastSentence, isGone } from './forecastSentence.ts';
import { ingredientsNow } from './ingredientsNow.ts';
import { lookAtCode, snapshotText } from './lookAtCode.ts';
import { lookAtData } from './lookAtData.ts';
import { lookAtEnvironment, visibleVariables, type EnvironmentLook } from './lookAtEnvironment.ts';
import { lookAtDeterminism, lookAtHardware } from './lookAtHardware.ts';
import { isSeedUnknown, lookAtParameters, secretVariables } from './lookAtParameters.ts';
import { sumBytes, wholeBytes } from './wholeBytes.ts';

export interface ForecastRequest {
  readonly original: RunDetails;
  readonly store: string;
  /** The workspace that the store belongs to. Absolute. */
  readonly root: string;
  /** The environment that the reproduction would be started from. */
  readonly variables: NodeJS.ProcessEnv;
  readonly options?: Partial<ReproductionOptions>;
  /** Asks no remote but those on this machine; what they would have is then unknown. */
  readonly offline?: boolean;
  /** How long each remote may take to answer. Default 3 s. */
  readonly patienceMs?: number;
  readonly credentials?: CredentialSource;
  readonly signal?: AbortSignal;
}

export const forecastVersion = 1;

/** So much is read of files whose time says that they may have changed. */
const readingBudget = 64 * 1024 * 1024;
const mostShown = 200;

/** Rejects only when aborted, or when git cannot be asked at all: what cannot be done is a blocker of the forecast. */
export async function forecastReproduction(request: ForecastRequest): Promise<Forecast> {
  const { root, store, variables, options = {} } = request;
  const signal = request.signal ?? new AbortController().signal;
  const original = await withCaptured(request, signal);
  const { plan, captured, result } = original;
  const host = hostname();
  const blockers: Forecast['blockers'] = [];
  const block = (error: unknown): void => {
    if (!(error instanceof LockstepError)) throw error;
    if (!blockers.some(one => one.code === error.code))
      blockers.push({
        ...{ code: error.code, message: error.message },
        ...(error.mend === undefined ? {} : { mend: error.mend }),
      });
  };
  try {
    requireNetworkKept(requireReproducible(confirmed(original)), options);
  } catch (error) {
    block(error);
  }
  if (plan === undefined) return empty(request, host, blockers);
  try {
    requireInside(original, plan);
  } catch (error) {
    block(error);
    // Nothing more is asked in the name of a record that was made to do harm.
    return empty(request, host, blockers);
  }
  const remote = {
    ...{ network: request.offline !== true, patienceMs: request.patienceMs ?? 3000, signal },
    credentials: request.credentials,
  };
  const budget = { left: readingBudget };
  const repository = await findRepository(root, variables);
  const code = knownValue(plan.code);
  const recordedPackages = await packagesOf(original, store);
  const [codeLook, environmentLook, hardware, escapes, probes, free] = await Promise.all([
    code === undefined || repository === undefined
      ? undefined
      : lookAtCode({
          ...{ runId: original.id, code, captured, repository, workspace: root, remote, budget },
          environment: variables,
        }),
    lookAtEnvironment({
      ...{ original, plan, store, environment: variables, signal, packages: recordedPackages },
      ...{ workspace: root, asked: options.environment ?? 'recorded' },
    }),
    hardwareNow({ cacheFolder: lockstepCacheFolder(variables), variables, signal }),
    findEscapes({ original, workspace: root, environment: variables, signal }),
    readProbes(original.dir),
    freeSpace(lockstepCacheFolder(variables)),
  ]);
  const data = await lookAtData({
    ...{ plan, captured, result, workspace: root, environment: variables, remote, budget },
    ...{ tree: codeLook?.tree, repository },
    environmentFolders: await foldersOfEnvironment(plan, true),
    gaps: new Set((code?.gaps ?? []).map(gap => gap.path)),
  });

  if (code !== undefined && codeLook === undefined)
    block(codeUnknown(plan.id, 'this folder is not in the repository that it was recorded in.'));
  if (codeLook?.missing === 'snapshot' && code !== undefined) block(snapshotGone(original.id, code, []));
  else if (codeLook?.missing === 'content') block(objectMissing('all of its content'));
  const missing = [...data.missing, ...(codeLook?.missingFiles ?? [])];
  if (missing.length > 0) block(inputsMissing(missing, plan.pins));
  if (environmentLook.problem !== undefined) block(environmentLook.problem);
  for (const name of secretVariables(plan))
    if ((variables[name] ?? '') === '') block(secretMissing(wordOf(plan, name), name));
  if (options.checkpoint !== undefined)
    try {
      checkpointFiles(original, options.checkpoint);
      const rules = experimentRules(await readExperiments(root), plan.experiment);
      if (rules.resume === undefined) block(resumeUnknown(plan.experiment));
    } catch (error) {
      block(error);
    }
  const fixed = outsideOutputs(original, plan.argv).fixed;
  if (fixed.length > 0 && options.allowOutsideWrites !== true) block(writesOutside(fixed));

  const sides = computeSides({ plan, original, recordedPackages, environmentLook, options });
  const now: ComputeSide = {
    ...sides.now,
    hardware: inImage(environmentLook)
      ? withoutSystem(knownValue(hardware), sides.original)
      : knownValue(hardware),
  };
  const evidence = await evidenceHere({
    ...{ original, probes },
    machine: {
      host,
      cpuModel: knownValue(hardware)?.cpuModel,
      gpus: (knownValue(hardware)?.gpus ?? []).map(({ name }) => name).sort(),
    },
    machineOfRun: id =>
      new RunStore(store).read(id).then(
        run => (run.plan === undefined ? undefined : machineOf(run)),
        () => undefined,
      ),
  });
  const all: ForecastItem[] = [
    ...(codeLook?.items ?? codeUnknownItem(plan)),
    ...data.items,
    ...lookAtParameters(plan, result, variables, captured).filter(
      one => !(evidence.identical && isSeedUnknown(one)),
    ),
    ...environmentLook.items,
    ...lookAtHardware(sides.original, now),
    ...(evidence.identical ? [] : lookAtDeterminism(sides.original)),
  ];
  const items = shortened(all);
  const caps = expectedCaps({ original, code: codeLook, data, environment: environmentLook });
  const limits = sortLimits([
    ...items.filter(isGone).map(goneLimit),
    ...limitsOf(sides.original, now),
    ...evidence.limits,
  ]);
  const fetch = sumBytes(all.filter(one => one.availability === 'fetchable').map(one => one.bytes));
  const needed = sumBytes([codeLook?.bytes, data.copied, fetch]);
  const duration = expectedDuration(original, host, options);
  const closeness = closenessOf(limits);
  const unproven =
    closeness === 'bit-identical' && items.some(isSeedUnknown)
      ? `no seed was seen (lockstep probe ${original.id.slice(-6)} tells)`
      : undefined;
  return {
    ...{ schemaVersion: forecastVersion, runId: original.id, at: new Date().toISOString(), host, closeness },
    sentence: forecastSentence({
      ...{ blockers, closeness, fetch, items, limits, caps },
      ...(unproven === undefined ? {} : { unproven }),
      ...(duration === undefined ? {} : { duration }),
    }),
    ...{ items, limits, caps, blockers },
    ingredients: await ingredientsNow({
      ...{ original, plan, store, root, variables, data, environment: environmentLook },
      ...{
        packages: recordedPackages,
        hardware,
        overrides: options.variables ?? {},
        codeHere: codeLook?.missing === undefined,
      },
    }),
    ...(unproven === undefined ? {} : { unproven }),
    environment: environmentLook.text,
    ...(duration === undefined ? {} : { duration }),
    disk: { needed, ...(free === undefined ? {} : { free: wholeBytes(free) }) },
    ...{ fetch, escapes },
  };
}

/** Whether it can be reproduced: nothing stands in the way, and nothing that it was made of is gone. */
export function canReproduce(forecast: Pick<Forecast, 'blockers' | 'items'>): boolean {
  return forecast.blockers.length === 0 && !forecast.items.some(isGone);
}

/** What is captured beside a run may come a moment after its end. */
async function withCaptured({ original, store }: ForecastRequest, signal: AbortSignal): Promise<RunDetails> {
  const { plan, captured, result, shared } = original;
  if (captured !== undefined || result === undefined || shared !== undefined || plan?.origin !== undefined)
    return original;
  await awaitCaptured(runPathsIn(original.dir), signal);
  return new RunStore(store).read(original.id);
}

/** Whoever starts somebody else's run is asked then, with the forecast at hand: that is no blocker. */
function confirmed(original: RunDetails): RunDetails {
  const { shared } = original;
  return shared === undefined
    ? original
    : { ...original, shared: { ...shared, confirmedAt: shared.fetchedAt, confirmedFor: ['checkout'] } };
}

function empty({ original }: ForecastRequest, host: string, blockers: Forecast['blockers']): Forecast {
  return {
    ...{ schemaVersion: forecastVersion, runId: original.id, at: new Date().toISOString(), host },
    ...{
      closeness: 'not-the-same-run',
      sentence: `It cannot start: ${(blockers[0]?.message ?? '').replace(/\.$/, '')}.`,
    },
    ...{ items: [], limits: [], caps: [], ingredients: [], blockers },
    ...{ environment: 'Nowhere.', disk: { needed: 0 }, fetch: 0, escapes: [] },
  };
}

async function packagesOf(original: RunDetails, store: string): Promise<readonly Package[] | undefined> {
  const list = knownValue(original.captured?.packages)?.list;
  if (list === undefined) return undefined;
  return readPackageList(store, list).catch(() => undefined);
}

function wordOf(plan: Plan, variable: string): string {
  const word = plan.secretArguments
    .map(index => plan.argv[index] ?? '')
    .find(text => text.includes(`\${ENV:${variable}}`));
  return word ?? plan.argv[Number(/\d+$/.exec(variable)?.[0])] ?? variable;
}

function inImage({ route }: EnvironmentLook): boolean {
  return route?.kind.startsWith('image-') === true;
}

/** In a container of the same image system and C library are the image's, whatever this machine has. */
function withoutSystem(hardware: ComputeSide['hardware'], original: ComputeSide): ComputeSide['hardware'] {
  if (hardware === undefined) return undefined;
  const { os = hardware.os, libc } = original.hardware ?? {};
  return { ...hardware, os, libc };
}

function computeSides(facts: {
  readonly plan: Plan;
  readonly original: RunDetails;
  readonly recordedPackages: readonly Package[] | undefined;
  readonly environmentLook: EnvironmentLook;
  readonly options: Partial<ReproductionOptions>;
}): { original: ComputeSide; now: ComputeSide } {
  const { plan, original, recordedPackages, environmentLook, options } = facts;
  const recorded = visibleVariables(plan);
  const interpreter = knownValue(plan.interpreter);
  const { interpreterNow, packagesNow } = environmentLook;
  return {
    original: {
      hardware: knownValue(original.captured?.hardware),
      facts: original.captured?.facts ?? {},
      variables: recorded,
      packages: recordedPackages,
      python: interpreter?.version,
      implementation: interpreter?.implementation?.toLowerCase(),
    },
    now: {
      facts: {},
      variables: withOverrides(recorded, options.variables ?? {}),
      packages: packagesNow,
      python: interpreterNow?.version,
      implementation: interpreterNow?.implementation?.toLowerCase(),
    },
  };
}

/** A reproduction sets recorded variables again, and over them what was asked for. */
function withOverrides(
  recorded: Readonly<Record<string, string>>,
  overrides: ReproductionOptions['variables'],
): Record<string, string> {
  const all = new Map(Object.entries(recorded));
  for (const [name, value] of Object.entries(overrides))
    if (value === null) all.delete(name);
    else all.set(name, value);
  return Object.fromEntries(all);
}

function codeUnknownItem({ code }: Plan): ForecastItem[] {
  // What was never recorded is not lost: that it cannot start is a blocker.
  if (code.known === 'unknown')
    return [
      {
        ...{ ingredient: 'code', what: 'code', availability: 'unknown' },
        reason: `it was not recorded: ${code.reason.replace(/\.+$/, '')}`,
      },
    ];
  const reason = 'this folder is not in its repository';
  return [{ ingredient: 'code', what: snapshotText(code.value), availability: 'gone', reason }];
}

function goneLimit({ ingredient, what, reason, availability }: ForecastItem): ForecastLimit {
  const why = reason === undefined ? '' : `: ${reason.replace(/\.+$/, '')}`;
  const text = availability === 'changed' ? `${what} has changed since the run.` : `${what} is gone${why}.`;
  return { ingredient, closeness: 'not-the-same-run', text };
}

/** Everything that is not simply here is kept as long as it can be read. */
function shortened(items: readonly ForecastItem[]): ForecastItem[] {
  if (items.length <= mostShown) return [...items];
  const kept = [...items].sort((one, other) => weight(one) - weight(other)).slice(0, mostShown);
  const rest = items.length - mostShown;
  const left = items.filter(one => !kept.includes(one));
  return [
    ...items.filter(one => kept.includes(one)),
    {
      ...{ ingredient: 'data', what: `${rest} more`, bytes: sumBytes(left.map(one => one.bytes)) },
      availability: left.some(one => one.availability === 'gone')
        ? 'gone'
        : (left[0]?.availability ?? 'unknown'),
    },
  ];
}

const weights: readonly ForecastItem['availability'][] = [
  'gone',
  'changed',
  'unknown',
  'rebuildable',
  'fetchable',
  'here',
];

function weight({ ingredient, availability }: ForecastItem): number {
  return ingredient === 'data' ? weights.indexOf(availability) : -1;
}
