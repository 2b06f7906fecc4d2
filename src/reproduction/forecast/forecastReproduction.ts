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
import type { WriteProtection } from '../../execution/readOnly/writeProtection.ts';
import { findRepository } from '../../git/findRepository.ts';
import type { Forecast, ForecastItem } from '../../runs/forecast.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { RunStore } from '../../runs/runStore.ts';
import { experimentRules } from '../experimentRules.ts';
import { readRules } from '../readRules.ts';
import { requireNetworkKept, requireReproducible } from '../reproduceRun.ts';
import type { ReproductionOptions } from '../reproductionOptions.ts';
import { machineOf } from '../probe/machineOf.ts';
import { readProbes } from '../probe/readProbes.ts';
import { foldersOfEnvironment } from '../restore/environmentFolders.ts';
import { findEscapes, findMoved } from '../restore/findEscapes.ts';
import { differingVariables, namedVariables } from '../restore/namedVariables.ts';
import { protectWorkspace } from '../restore/protectWorkspace.ts';
import { requireInside } from '../restore/requireInside.ts';
import { closenessOf, limitsOf, sortLimits } from './closeness/closenessRules.ts';
import { computeSides, inImage } from './computeSides.ts';
import { drawnSeeds } from './drawnSeeds.ts';
import { evidenceHere } from './evidenceHere.ts';
import { expectedCaps } from './expectedCaps.ts';
import { expectedDuration } from './expectedDuration.ts';
import { sizeWords } from './forecastWords.ts';
import { forecastSentence, goneLimit, isGone } from './forecastSentence.ts';
import { ingredientsNow, recordedHere } from './ingredientsNow.ts';
import { codeUnknownItem, lookAtCode } from './lookAtCode.ts';
import { lookAtData } from './lookAtData.ts';
import { lookAtEnvironment, untilCodeIsHere, type EnvironmentLook } from './lookAtEnvironment.ts';
import { lookAtInnerEnvironments } from './lookAtInnerEnvironments.ts';
import { lookAtSecretFiles } from './lookAtSecretFiles.ts';
import { standsInTheWay } from './standsInTheWay.ts';
import { supervisorBytes } from '../../execution/installSupervisor.ts';
import { outputBytes } from '../restore/diskRoom.ts';
import { cacheFull } from '../restore/errors.ts';
import { lookAtDeterminism, lookAtHardware } from './lookAtHardware.ts';
import { lookAtVariables } from './lookAtVariables.ts';
import { openData } from './openData.ts';
import { openQuestions, openText } from './openQuestions.ts';
import { isSeedUnknown, lookAtParameters } from './lookAtParameters.ts';
import { lookAtLeft } from './lookAtLeft.ts';
import { confirmed, namesOf, packagesOf, withCaptured } from './recordAtHand.ts';
import { shortenItems } from './shortenItems.ts';
import { undecidable } from './undecidable.ts';
import { usesHashOrder } from './usesHashOrder.ts';
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
  /** The bundle that would be copied to the cache and started from there. Absolute. */
  readonly supervisorScript?: string;
}

export const forecastVersion = 1;

/** So much is read of files whose time says that they may have changed. */
const readingBudget = 64 * 1024 * 1024;

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
  const [codeLook, firstLook, hardware, escapes, probes, free, hashesMatter, protection] = await Promise.all([
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
    usesHashOrder(original, repository, { environment: variables, signal }),
    protectWorkspace({ workspace: root, recordedRoot: plan.root, own: [], environment: variables, signal }),
  ]);
  const environmentLook = untilCodeIsHere(firstLook, codeLook);
  const data = await lookAtData({
    ...{ plan, captured, result, workspace: root, environment: variables, remote, budget },
    ...{ original, store, without: options.without },
    ...{ tree: codeLook?.tree, repository },
    environmentFolders: await foldersOfEnvironment(plan, captured, true),
    gaps: new Set((code?.gaps ?? []).map(gap => gap.path)),
    copiesLarge: protection?.mounted === undefined && !inImage(environmentLook),
  });

  for (const error of await standsInTheWay({
    ...{ original, plan, store, options, root, variables, budget, signal },
    ...{ code: codeLook, data, environment: environmentLook },
  }))
    block(error);

  const drawn = await drawnSeeds(original, repository, codeLook?.tree !== undefined, {
    ...{ environment: variables, signal },
  });
  const here = await recordedHere({ original, store, variables });
  const named = await namedVariables(
    { original, workspace: root, environment: variables, signal },
    differingVariables(plan, { variables: here ?? namesOf(variables) }),
  );
  const sides = computeSides({
    ...{ plan, original, recordedPackages, environmentLook, options },
    hardware: knownValue(hardware),
  });
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
    ...(await openData({
      inputs: captured?.inputs ?? [],
      listed: evidence.identical ? [] : (captured?.listed ?? []),
      hosts: evidence.identical ? [] : (captured?.hosts ?? []),
      ...{ escapes, workspace: root, budget, signal },
    })),
    ...(evidence.identical ? [] : await lookAtLeft(plan, result)),
    ...(await lookAtSecretFiles(original, root)),
    ...lookAtParameters(plan, result, variables, captured, drawn).filter(
      one => !(evidence.identical && isSeedUnknown(one)),
    ),
    ...environmentLook.items,
    ...lookAtInnerEnvironments(plan, captured),
    ...lookAtVariables({ plan, environment: variables, here, named, overrides: options.variables ?? {} }),
    ...lookAtHardware(sides.original, sides.now),
    ...(evidence.identical || !hashesMatter ? [] : lookAtDeterminism(sides.original)),
  ];
  const items = shortenItems(all);
  const caps = expectedCaps({
    ...{ original, code: codeLook, data, environment: environmentLook },
    seen: evidence.lastingCaps,
  });
  const limits = sortLimits([
    ...items.filter(isGone).map(goneLimit),
    ...limitsOf(sides.original, sides.now),
    ...evidence.limits,
  ]);
  const fetch = sumBytes(all.filter(one => one.availability === 'fetchable').map(one => one.bytes));
  const needed = sumBytes([
    ...[codeLook?.bytes, data.copied, fetch, environmentLook.cost?.bytes, outputBytes(original)],
    request.supervisorScript === undefined
      ? 0
      : supervisorBytes(request.supervisorScript, lockstepCacheFolder(variables)),
  ]);
  if (free !== undefined && needed > free)
    block(cacheFull(lockstepCacheFolder(variables), `about ${sizeWords(needed)}`, free));
  const duration = expectedDuration(original, host, options);
  const closeness = closenessOf(limits);
  const ingredients = ingredientsNow({
    ...{ original, plan, store, root, variables, data, environment: environmentLook },
    ...{ packages: recordedPackages, hardware, overrides: options.variables ?? {}, recorded: here, named },
    codeHere: codeLook?.missing === undefined,
  });
  const { file } = await readRules({ root, plan, variables, signal });
  const { volatile } = experimentRules(file, plan.experiment);
  const undecided = await undecidable({ original, options, volatile, signal });
  const open =
    closeness === 'bit-identical'
      ? openQuestions({ runId: original.id, items: all, ingredients, caps, escapes })
      : [];
  const unproven = undecided ?? openText(open);
  return {
    ...{ schemaVersion: forecastVersion, runId: original.id, at: new Date().toISOString(), host, closeness },
    sentence: forecastSentence({
      ...{ blockers, closeness, fetch, items, limits, caps, open },
      ...(duration === undefined ? {} : { duration }),
      ...(undecided === undefined ? {} : { undecided }),
    }),
    ...{ items, limits, caps, blockers, ingredients },
    ...(unproven === undefined ? {} : { unproven }),
    environment: environmentLook.text,
    ...(duration === undefined ? {} : { duration }),
    ...(environmentLook.cost?.tookMs === undefined
      ? {}
      : { preparation: { ms: Math.round(environmentLook.cost.tookMs) } }),
    disk: { needed, ...(free === undefined ? {} : { free: wholeBytes(free) }) },
    ...{
      fetch,
      escapes,
      ...readOnlyBy(environmentLook, protection),
      moved: await findMoved({ original, workspace: root, environment: variables, signal }),
    },
  };
}

/** Whether it can be reproduced: nothing stands in the way, and nothing that it was made of is gone. */
export function canReproduce(forecast: Pick<Forecast, 'blockers' | 'items'>): boolean {
  return forecast.blockers.length === 0 && !forecast.items.some(isGone);
}

function readOnlyBy(
  look: EnvironmentLook,
  protection: WriteProtection | undefined,
): Pick<Forecast, 'readOnlyBy'> {
  if (inImage(look)) return { readOnlyBy: 'container' };
  if (protection === undefined) return {};
  return { readOnlyBy: protection.mounted === undefined ? 'python' : 'system' };
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
