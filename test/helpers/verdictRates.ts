/** How often a verdict by a learnt noise band is right: counts over many trainings, each with an original, probes and a reproduction. */
import { compareMetrics } from '../../src/reproduction/comparison/compareMetrics.ts';
import { noVolatilePatterns } from '../../src/reproduction/comparison/volatileNames.ts';
import { compareExecutions } from '../../src/reproduction/probe/compareExecutions.ts';
import { worstOf } from '../../src/reproduction/verdict/gradeReproduction.ts';
import type { VerdictWord } from '../../src/runs/verdict.ts';
import { noisyTraining } from './noisyTraining.ts';
import type { NoiseKind, TrainingChange } from './noisyTraining.ts';

export interface RateRequest {
  readonly kind: NoiseKind;
  /** What is other in the reproduction; nothing where only noise is. */
  readonly change?: TrainingChange;
  readonly repetitions: number;
  readonly steps: number;
  /** How far the probes run. */
  readonly probeSteps: number;
  readonly probes: number;
  readonly firstSeed: number;
}

export type VerdictCounts = Readonly<Record<VerdictWord, number>>;

export function countVerdicts(request: RateRequest): VerdictCounts {
  const { kind, change, repetitions, steps, probeSteps, probes, firstSeed } = request;
  const counts = { identical: 0, 'within-tolerance': 0, diverged: 0, inconclusive: 0 };
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const seed = firstSeed + repetition * (2 + 2 * probes);
    // Another training each time: what is measured is no matter of one of them.
    const training = { rate: 0.1, seed: 1 + repetition };
    const original = noisyTraining(kind, seed, steps, training);
    const learnt = Array.from({ length: probes }, (_, at) => {
      const bands = compareExecutions(
        noisyTraining(kind, seed + 2 + 2 * at, probeSteps, training),
        noisyTraining(kind, seed + 3 + 2 * at, probeSteps, training),
        { volatile: noVolatilePatterns },
      );
      return { bands, identical: bands.every(band => band.identical) };
    });
    const other = {
      rate: training.rate * (change?.rate ?? 1),
      seed: change?.seed === undefined ? training.seed : training.seed + change.seed,
      times: change?.times ?? 1,
    };
    const reproduced = noisyTraining(kind, seed + 1, steps, other);
    const verdicts = compareMetrics(original, reproduced, { probes: learnt }).map(
      ({ verdict }) => verdict.verdict,
    );
    counts[worstOf(verdicts) ?? 'inconclusive'] += 1;
  }
  return counts;
}
