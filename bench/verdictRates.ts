/** How often verdicts by learnt noise bands are wrong: trainings with noise of several kinds, the same again and truly changed. */
import { noiseKinds } from '../test/helpers/noisyTraining.ts';
import type { TrainingChange } from '../test/helpers/noisyTraining.ts';
import { countVerdicts } from '../test/helpers/verdictRates.ts';
import type { VerdictCounts } from '../test/helpers/verdictRates.ts';
import { writeTable } from './harness/writeTable.ts';

const repetitions = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 200);

const settings = [
  { steps: 200, probeSteps: 200, probes: 1 },
  { steps: 200, probeSteps: 200, probes: 2 },
  { steps: 400, probeSteps: 40, probes: 1 },
] as const;

const changes: readonly (TrainingChange | undefined)[] = [
  undefined,
  { rate: 1.01 },
  { rate: 1.1 },
  { seed: 100_000 },
];

const rows: string[][] = [];
for (const setting of settings)
  for (const kind of noiseKinds) {
    const counts = changes.map(change =>
      countVerdicts({
        ...{ kind, repetitions, firstSeed: 1, ...setting },
        ...(change === undefined ? {} : { change }),
      }),
    );
    const probes = setting.probes === 1 ? '1 probe' : `${setting.probes} probes`;
    rows.push([kind, `${probes} of ${setting.probeSteps}`, String(setting.steps), ...counts.map(cell)]);
  }

await writeTable({
  topic: 'verdictRates',
  title: 'How often a verdict by a learnt noise band is wrong',
  method: [
    `Trainings by stochastic gradient descent (8 inputs, 6 hidden units, loss at each step, accuracy at each fifth) whose executions differ by noise of one kind; ${repetitions} repetitions a cell, each another training with an original, probes and a reproduction of its own, compared by the code that verdicts are made by.`,
    'A cell says how many reproductions were within tolerance / diverged / inconclusive. The fourth column is noise alone: diverged is wrong there. In the others the reproduction was truly changed: within tolerance is wrong there.',
    'Races: sums in another order each time in single precision. Lost updates: in 2 % of the steps the update of one unit is lost. Growing: a relative 1e-9 that grows by e¹². Independent: 1e-3 at each step. Heavy-tailed: 1e-4 times Student’s t with 3 degrees of freedom. Slow: 1e-3, correlated over some 65 steps.',
  ].join('\n\n'),
  columns: [
    'noise',
    'probes',
    'steps',
    'noise alone',
    'learning rate +1 %',
    'learning rate +10 %',
    'other seed',
  ],
  rows,
  findings:
    'The rule promises 1 % of false alarms over all steps and metrics. It keeps to it wherever a probe reaches as far as the reproduction; noise that comes in rare events is the exception for short probes, which may see none of them and take the program for deterministic. Where a change is smaller than the noise (one per cent of the learning rate under noise of one per mille in the loss) nothing can tell them apart: such reproductions are within tolerance or inconclusive, and rarely diverged.',
});

function cell(counts: VerdictCounts): string {
  const within = counts.identical + counts['within-tolerance'];
  return `${within} / ${counts.diverged} / ${counts.inconclusive}`;
}
