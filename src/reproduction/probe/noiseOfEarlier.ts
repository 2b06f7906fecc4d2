/** What earlier reproductions of this machine say of its noise, for the curves of a report. */
import { noVolatilePatterns } from '../comparison/volatileNames.ts';
import { printsMetrics } from '../../runs/printsMetrics.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { RunStore } from '../../runs/runStore.ts';
import { earlierReproductions } from './earlierReproductions.ts';
import { noiseOfReproductions, type LearntNoise } from './noiseOfReproductions.ts';

/** What the verdict was judged by, where there is one; else what it will be judged by. Empty where they say nothing. */
export async function noiseOfEarlier(
  runs: RunStore,
  original: RunDetails,
  reproduction: RunDetails,
): Promise<readonly LearntNoise[]> {
  const verdict = original.verdicts.find(one => one.reproductionId === reproduction.id);
  if (verdict !== undefined && verdict.learntFrom === undefined) return [];
  const earlier = await earlierReproductions(
    runs,
    original,
    reproduction,
    printsMetrics(original),
    verdict?.learntFrom,
  );
  return noiseOfReproductions(
    earlier.map(({ series }) => series),
    { volatile: noVolatilePatterns },
  );
}
