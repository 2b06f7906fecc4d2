/** The noise between two runs, by what is known of it on this machine: the same that a verdict goes by. */
import { hostname } from 'node:os';
import { lockstepCacheFolder } from '../../base/lockstepCacheFolder.ts';
import { hardwareNow } from '../../execution/capture/hardwareNow.ts';
import { knownValue } from '../../runs/known.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { VolatilePatterns } from '../comparison/volatileNames.ts';
import { earlierReproductions } from '../probe/earlierReproductions.ts';
import { machineOf, sameMachine } from '../probe/machineOf.ts';
import type { Machine } from '../probe/machineOf.ts';
import { noiseOfReproductions } from '../probe/noiseOfReproductions.ts';
import { probesOf, readProbes } from '../probe/readProbes.ts';
import { compareMetrics } from '../comparison/compareMetrics.ts';
import type { ToleranceOfPattern } from '../comparison/compareMetrics.ts';
import { explainedByNoise, noiseUnknown } from '../errors.ts';
import { sameEnds } from './joinsOriginal.ts';
import type { ComparedRun } from './joinsOriginal.ts';
import { isNoisy, lastStepOfBoth, mayBeNoise, noiseRules } from './noiseRules.ts';
import type { KnownNoise, NoiseRules } from './noiseRules.ts';

export interface NoiseQuestion {
  readonly variables: NodeJS.ProcessEnv;
  readonly volatile: VolatilePatterns;
  readonly tolerances: readonly ToleranceOfPattern[];
  readonly signal: AbortSignal;
}

export interface RunsApart {
  readonly runs: RunStore;
  readonly original: RunDetails;
  /** The run that diverged. */
  readonly other: RunDetails;
  readonly before: ComparedRun;
  readonly after: ComparedRun;
}

/**
 * Undefined where the program is like itself, or where metrics or ends differ that noise says nothing of: then bits tell.
 * Rejects with `nothing-to-explain` where noise may be all that is between the two, and with `noise-unknown`.
 */
export async function noiseBetween(
  apart: RunsApart,
  question: NoiseQuestion,
): Promise<NoiseRules | undefined> {
  const { original, other, before, after } = apart;
  const { volatile, tolerances } = question;
  const known: KnownNoise = { ...(await knownNoise(apart, question)), volatile, tolerances };
  if (!isNoisy(known)) return undefined;
  const rules = noiseRules(before.series, after.series, known);
  if (rules !== undefined) return rules;
  const isWhole = compareMetrics(before.series, after.series, { volatile }).every(
    ({ verdict }) => verdict.volatile || verdict.missingSteps + verdict.extraSteps === 0,
  );
  if (!isWhole || !sameEnds(before, after)) return undefined;
  if (mayBeNoise(before.series, after.series, known)) throw explainedByNoise(original.id, other.id);
  const last = lastStepOfBoth(before.series, after.series);
  const reached = known.probes.flatMap(({ bands }) => bands.map(({ throughStep = 0 }) => throughStep));
  throw noiseUnknown(original.id, other.id, last, Math.max(0, ...reached) >= last);
}

/** By probes, else by what several reproductions differ by, the run that diverged not among them. */
async function knownNoise(
  { runs, original, other }: RunsApart,
  { variables, volatile, signal }: NoiseQuestion,
): Promise<Pick<KnownNoise, 'probes' | 'reproductions' | 'noiseOnlyLoosens'>> {
  const hardware = knownValue(
    await hardwareNow({ cacheFolder: lockstepCacheFolder(variables), variables, signal }),
  );
  const here: Machine = {
    host: hostname(),
    cpuModel: hardware?.cpuModel,
    gpus: (hardware?.gpus ?? []).map(({ name }) => name).sort(),
  };
  const noiseOnlyLoosens = !sameMachine(here, machineOf(original));
  const probes = probesOf(here, await readProbes(original.dir)).map(({ probe }) => probe);
  if (probes.length > 0 || !sameMachine(here, machineOf(other))) return { probes, noiseOnlyLoosens };
  const earlier = await earlierReproductions(runs, original, other, printsMetrics(original));
  const learnt = noiseOfReproductions(
    earlier.map(({ series }) => series),
    { volatile },
  );
  return {
    ...{ probes: learnt, noiseOnlyLoosens },
    ...(learnt.length === 0 ? {} : { reproductions: earlier.length }),
  };
}
