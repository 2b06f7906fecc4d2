/**
 * Small real trainings (stochastic gradient descent on made-up data, in this process) with noise of several kinds, as
 * nondeterministic programs have it: for measuring how often a verdict is wrong. The same arguments give the same series.
 */
import type { KeyedSeries } from '../../src/reproduction/comparison/compareMetrics.ts';

/** What makes two executions of one program differ. */
export const noiseKinds = [
  /** Sums in another order each time, in single precision, as threads make them. */
  'races',
  /** A lost update now and then, as threads without locks make them. */
  'lost updates',
  /** An error of rounding that the training amplifies without end. */
  'growing',
  /** A measurement that is off by something at each step, independently. */
  'independent',
  /** The same, off by much now and then: Student's t with three degrees of freedom. */
  'heavy-tailed',
  /** What is off at one step is nearly as much off at the next one. */
  'slow',
] as const;
/** `no seed`: each execution begins at other weights and draws other examples. */
export type NoiseKind = (typeof noiseKinds)[number] | 'no seed';

export interface TrainingChange {
  readonly rate?: number;
  readonly seed?: number;
  /** All values are so many times larger. */
  readonly times?: number;
}

/** Uniform in [0, 1): mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

const features = 8;
const hidden = 6;
const examples = 48;
const batch = 12;

/** @param noiseSeed Tells one execution from another; nothing else does. */
export function noisyTraining(
  kind: NoiseKind,
  noiseSeed: number,
  steps: number,
  { rate = 0.1, seed = 1, times = 1 }: TrainingChange = {},
): KeyedSeries[] {
  const noise = randomNumbers(noiseSeed * 7919 + 13);
  const data = randomNumbers(4711);
  const choice = randomNumbers(kind === 'no seed' ? seed + 1009 * noiseSeed : seed);
  const inputs = Array.from({ length: examples }, () => Array.from({ length: features }, () => normal(data)));
  const targets = inputs.map(input => (Math.sin(input[0] ?? 0) + (input[1] ?? 0) > 0 ? 1 : 0));
  const first = Array.from({ length: hidden * features }, () => 0.5 * normal(choice));
  const second = Array.from({ length: hidden }, () => 0.5 * normal(choice));
  const slow = { value: normal(noise) };
  const grown = { value: normal(noise) * 1e-9 };
  const loss: number[] = [];
  const accuracy: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const chosen = Array.from({ length: batch }, () => Math.floor(choice() * examples));
    const order = kind === 'races' ? shuffled(chosen, noise) : chosen;
    const gradients = { first: first.map(() => 0), second: second.map(() => 0) };
    let total = 0;
    for (const at of order) {
      const input = inputs[at] ?? [];
      const target = targets[at] ?? 0;
      const units = second.map((_, unit) => Math.tanh(dot(first, unit * features, input)));
      const score =
        1 / (1 + Math.exp(-units.reduce((sum, unit, place) => sum + unit * (second[place] ?? 0), 0)));
      total = Math.fround(total - Math.log(Math.max(1e-12, target === 1 ? score : 1 - score)));
      const error = score - target;
      for (let unit = 0; unit < hidden; unit += 1) {
        const value = units[unit] ?? 0;
        gradients.second[unit] = Math.fround((gradients.second[unit] ?? 0) + error * value);
        const back = error * (second[unit] ?? 0) * (1 - value * value);
        for (let place = 0; place < features; place += 1) {
          const index = unit * features + place;
          gradients.first[index] = Math.fround((gradients.first[index] ?? 0) + back * (input[place] ?? 0));
        }
      }
    }
    const lost = kind === 'lost updates' && noise() < 0.02 ? Math.floor(noise() * hidden) : -1;
    for (let index = 0; index < first.length; index += 1)
      if (Math.floor(index / features) !== lost)
        first[index] = Math.fround((first[index] ?? 0) - (rate / batch) * (gradients.first[index] ?? 0));
    for (let unit = 0; unit < hidden; unit += 1)
      second[unit] = Math.fround((second[unit] ?? 0) - (rate / batch) * (gradients.second[unit] ?? 0));
    let value = total / batch;
    if (kind === 'independent') value *= 1 + 1e-3 * normal(noise);
    if (kind === 'heavy-tailed') value *= 1 + 1e-4 * heavyTailed(noise);
    slow.value = 0.97 * slow.value + Math.sqrt(1 - 0.97 ** 2) * normal(noise);
    if (kind === 'slow') value *= 1 + 1e-3 * slow.value;
    grown.value *= Math.exp(12 / steps + 0.02 * normal(noise));
    if (kind === 'growing') value *= 1 + Math.tanh(grown.value);
    loss.push(times * value);
    if (step % 5 === 4) accuracy.push((times * rightOnes(first, second, inputs, targets)) / examples);
  }
  const stepsOfAccuracy = accuracy.map((_, at) => at * 5 + 4);
  return [
    { key: 'loss', rank: null, steps: Float64Array.from(loss.keys()), values: Float64Array.from(loss) },
    {
      ...{ key: 'accuracy', rank: null },
      steps: Float64Array.from(stepsOfAccuracy),
      values: Float64Array.from(accuracy),
    },
  ];
}

function rightOnes(
  first: readonly number[],
  second: readonly number[],
  inputs: readonly (readonly number[])[],
  targets: readonly number[],
): number {
  return inputs.filter((input, at) => {
    const sum = second.reduce(
      (total, weight, unit) => total + weight * Math.tanh(dot(first, unit * features, input)),
      0,
    );
    return (sum > 0 ? 1 : 0) === targets[at];
  }).length;
}

function dot(weights: readonly number[], from: number, input: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < input.length; at += 1) sum += (weights[from + at] ?? 0) * (input[at] ?? 0);
  return sum;
}

/** Three degrees of freedom: the variance is three, the fourth moment infinite. */
function heavyTailed(random: () => number): number {
  const squares = normal(random) ** 2 + normal(random) ** 2 + normal(random) ** 2;
  return normal(random) / Math.sqrt(squares / 3);
}

function shuffled(values: readonly number[], random: () => number): number[] {
  const mixed = [...values];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] ?? 0, mixed[at] ?? 0];
  }
  return mixed;
}
