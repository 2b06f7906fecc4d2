/** What is known of the noise that a run has on this machine: the same that a verdict goes by. */
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
import type { KnownNoise } from './noiseRules.ts';

export interface NoiseQuestion {
  readonly variables: NodeJS.ProcessEnv;
  readonly volatile: VolatilePatterns;
  readonly signal: AbortSignal;
}

/** By probes, else by what several reproductions differ by. @param other The run that diverged, which is none of them. */
export async function knownNoise(
  runs: RunStore,
  original: RunDetails,
  other: RunDetails,
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
