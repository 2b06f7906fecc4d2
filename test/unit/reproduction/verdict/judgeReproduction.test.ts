import assert from 'node:assert/strict';
import { findings } from '../../../../src/reproduction/report/reportRows.ts';
import { judgeReproduction } from '../../../../src/reproduction/verdict/judgeReproduction.ts';
import type { JudgeRules } from '../../../../src/reproduction/verdict/judgeReproduction.ts';
import { captured } from '../../../../src/runs/known.ts';
import type { FileUse } from '../../../../src/runs/captured.ts';
import { verdictSchema } from '../../../../src/runs/verdict.ts';
import { recordedRun, reproductionId } from '../recordedRun.ts';

type Change = NonNullable<Parameters<typeof recordedRun>[0]>;

interface Case {
  readonly title: string;
  readonly original?: Change;
  readonly reproduced?: Change;
  readonly rules?: JudgeRules;
  readonly verdict: string;
  readonly sentence: RegExp;
  readonly cause?: RegExp;
  /** Sentences of metrics. */
  readonly metrics?: Readonly<Record<string, string>>;
}

const failed = {
  state: 'failed' as const,
  exitCode: 1,
  failure: { code: 'command-failed', message: 'ValueError: loss is nan', exceptionType: 'ValueError' },
  outputs: [],
};
const cancelled = { state: 'cancelled' as const, outputs: [] };

const falling = Array.from({ length: 24 }, (_, at) => 2.3 * Math.exp(-at / 24));

/** A metric that is logged once, at the end. */
const lateMetric = {
  ...{ key: 'accuracy', rank: null },
  ...{ steps: Float64Array.of(2), values: Float64Array.of(0.5) },
};
/** One that is due from the start on. */
const earlyMetric = {
  ...{ key: 'accuracy', rank: null },
  ...{ steps: Float64Array.of(0, 1, 2), values: Float64Array.of(0.1, 0.3, 0.5) },
};
const threeLosses = recordedRun({ loss: [0.9, 0.5, 0.1] }).series;
const thirds = Float64Array.of(1 / 3, 2 / 3, 1 / 7);
const twoLosses = recordedRun({ loss: [0.9, 0.5] }).series;

/** Batches and epochs of five of them: the same numbers of steps mean other things. */
const axes = (batches: number, epochs: number): NonNullable<Change['series']> =>
  (
    [
      ['loss', batches, 1, 0],
      ['score', epochs, 5, 4.5],
    ] as const
  )
    .filter(([, points]) => points > 0)
    .map(([key, points, every, since]) => ({
      ...{ key, rank: null, steps: Float64Array.from({ length: points }, (_, at) => at) },
      values: Float64Array.from({ length: points }, (_, at) => at / 4),
      times: Float64Array.from({ length: points }, (_, at) => 1000 + at * every + since),
    }));
const onlyPart = { partAskedFor: true };
const stopped = { state: 'cancelled' as const, outputs: [] };

const cases: Case[] = [
  {
    title: 'a part before the first epoch: its axis was not begun',
    original: { series: axes(20, 4) },
    reproduced: { series: axes(4, 0), result: stopped },
    ...{ rules: onlyPart, verdict: 'identical' },
    sentence: /^Identical through step 3: all 4 metric points equal the original/,
    metrics: { score: 'Not reached: the part that both runs have ends before it was first logged.' },
  },
  {
    title: 'a part of two axes: the step is one of the finer one',
    original: { series: axes(20, 4) },
    reproduced: { series: axes(13, 2), result: stopped },
    ...{ rules: onlyPart, verdict: 'identical' },
    sentence: /^Identical through step 12: all 15 metric points equal the original/,
  },
  {
    title: 'a part of two axes in which an epoch is missing',
    original: { series: axes(20, 4) },
    reproduced: { series: axes(13, 1), result: stopped },
    ...{ rules: onlyPart, verdict: 'identical' },
    sentence: /^Identical through step 0: /,
  },
  {
    title: 'a failed reproduction that never logged a metric',
    original: { series: axes(20, 4) },
    reproduced: { series: axes(4, 0), result: failed },
    verdict: 'inconclusive',
    sentence:
      /^Inconclusive, identical through step 3: the reproduction failed with ValueError: loss is nan\.$/,
    metrics: { score: 'Not reached: the reproduction failed before it was first logged.' },
  },
  {
    title: 'an original that was cancelled before a metric began',
    original: { series: axes(4, 0), result: stopped },
    reproduced: { series: axes(20, 4) },
    verdict: 'inconclusive',
    sentence: /^Inconclusive, identical through step 3: the original was cancelled before its end\.$/,
    metrics: { score: 'Not reached: the original was stopped before it was first logged.' },
  },
  ...[{ partAskedFor: true, throughStep: 1 }, { partAskedFor: true }].map(rules => ({
    title: `a part before another metric begins, ${JSON.stringify(rules)}`,
    original: { series: [...threeLosses, lateMetric] },
    reproduced: { series: twoLosses, result: { state: 'cancelled' as const, outputs: [] } },
    ...{ rules, verdict: 'identical' },
    sentence: /^Identical through step 1: all 2 metric points equal the original/,
  })),
  ...[{ partAskedFor: true, throughStep: 1 }, { partAskedFor: true }, {}].flatMap(rules => [
    {
      title: `a part without a metric that was due in it, ${JSON.stringify(rules)}`,
      original: { series: [...threeLosses, earlyMetric] },
      reproduced: { series: twoLosses, result: { state: 'cancelled' as const, outputs: [] } },
      ...{ rules, verdict: 'inconclusive' },
      sentence:
        /^Inconclusive: accuracy could not be compared\. One run has it from step 0 on, the other not at all, though both got to step 1\.$/,
    },
    {
      title: `a part with a metric that only the reproduction has, ${JSON.stringify(rules)}`,
      original: { series: twoLosses, result: { state: 'cancelled' as const, outputs: [] } },
      reproduced: { series: [...threeLosses, earlyMetric] },
      ...{ rules, verdict: 'inconclusive' },
      sentence: /^Inconclusive: accuracy could not be compared\./,
    },
  ]),
  {
    title: 'a reproduction that was cancelled before another metric began',
    original: { series: [...threeLosses, lateMetric] },
    reproduced: { series: twoLosses, result: { state: 'cancelled' as const, outputs: [] } },
    verdict: 'inconclusive',
    sentence: /^Inconclusive, identical through step 1: the reproduction was cancelled before its end\.$/,
  },
  {
    title: 'a late difference beyond what a type of data may differ by at first',
    original: { loss: falling },
    reproduced: { loss: falling.map((value, at) => (at < 12 ? value : value * 1.001)) },
    verdict: 'diverged',
    sentence: /^Diverged from step 12: loss differs by up to a relative 0\.001\.$/,
    cause: /The default tolerances hold for the first steps only; set tolerances for this experiment/,
  },
  {
    title: 'within what the command allows',
    original: { loss: [0.9, 0.5, 0.1] },
    reproduced: { loss: [0.9, 0.5, 0.1001] },
    rules: { tolerances: [{ pattern: '**', tolerance: { rtol: 0.01, atol: 0 }, from: 'command' }] },
    verdict: 'within-tolerance',
    sentence: /^Within tolerance: loss differs by at most a relative 0\.001, first at step 2\.$/,
  },
  {
    title: 'whole numbers are exact',
    original: { loss: [100, 200, 300_000_000] },
    reproduced: { loss: [100, 200, 300_000_001] },
    verdict: 'diverged',
    sentence: /^Diverged from step 2: loss differs by up to a relative 3\.3e-9\.$/,
  },
  {
    title: 'a metric that lockstep.yaml calls volatile',
    reproduced: { loss: [0.8, 0.6, 0.3] },
    rules: { volatile: { metrics: ['loss'], outputs: [] } },
    verdict: 'identical',
    sentence: /^Identical: the one output equals the original, to the last stored bit; not counted: loss\.$/,
    metrics: { loss: 'Not counted: matches loss.' },
  },
  {
    title: 'a time that lockstep.yaml makes count',
    original: { series: [{ ...earlyMetric, key: 'epoch_time' }] },
    reproduced: {
      series: [{ ...earlyMetric, key: 'epoch_time', values: Float64Array.of(0.1, 0.3, 0.6) }],
    },
    rules: { volatile: { metrics: ['!epoch_time'], outputs: [] } },
    verdict: 'diverged',
    sentence: /^Diverged from step 2: epoch_time differs by up to a relative 0\.2\.$/,
  },
  {
    title: 'everything equal',
    verdict: 'identical',
    sentence:
      /^Identical: all 3 metric points and 1 output equal the original, to the 2 decimals that they have\.$/,
  },
  {
    title: 'everything equal, roughly logged',
    original: { loss: [0.9, 0.5, 0.1] },
    reproduced: { loss: [0.9, 0.5, 0.1] },
    verdict: 'identical',
    sentence: /to the one decimal that they have\.$/,
  },
  {
    title: 'everything equal, one metric more roughly logged than the others',
    original: { series: [...threeLosses, earlyMetric, { ...earlyMetric, key: 'lr', values: thirds }] },
    reproduced: { series: [...threeLosses, earlyMetric, { ...earlyMetric, key: 'lr', values: thirds }] },
    verdict: 'identical',
    sentence:
      /^Identical: all 9 metric points and 1 output equal the original, as precisely as they are stored: loss and accuracy to one decimal, the other to more\.$/,
  },
  {
    title: 'whole numbers that are too large to be stored to the last digit',
    original: { loss: [2 ** 60, 2 ** 60 + 256] },
    reproduced: { loss: [2 ** 60, 2 ** 60 + 256] },
    verdict: 'identical',
    sentence:
      /^Identical: all 2 metric points and 1 output equal the original, to the last stored bit \(whole numbers above 2\^53, in loss, to their first 53 bits\)\.$/,
  },
  {
    title: 'whole numbers that differ in digits that no double holds',
    original: { loss: [2 ** 60, 2 ** 60 + 256] },
    reproduced: { loss: [2 ** 60, 2 ** 60 + 256] },
    rules: {
      lastDigits: new Map([
        ['loss', { step: 1, original: '1152921504606847232', now: '1152921504606847233' }],
      ]),
    },
    verdict: 'diverged',
    sentence: /^Diverged from step 1: loss is 1152921504606847233 instead of 1152921504606847232\.$/,
    cause: /^No recorded ingredient differs\.$/,
    metrics: { loss: '1152921504606847233 instead of 1152921504606847232 at step 1.' },
  },
  {
    title: 'whole numbers of which all digits are known to be equal',
    original: { loss: [2 ** 60, 2 ** 60 + 256] },
    reproduced: { loss: [2 ** 60, 2 ** 60 + 256] },
    rules: { lastDigits: new Map([['loss', 'equal']]) },
    verdict: 'identical',
    sentence: /^Identical: .* to the last stored bit\.$/,
  },
  {
    title: 'large numbers of a program that counts in doubles',
    original: { loss: [0.5, 2 ** 60, 2 ** 60 + 256] },
    reproduced: { loss: [0.5, 2 ** 60, 2 ** 60 + 256] },
    verdict: 'identical',
    sentence: /^Identical: .* to the last stored bit\.$/,
  },
  {
    title: 'a bit apart, nothing recorded differs',
    original: { loss: [0.9, 0.5, 1 / 3] },
    reproduced: { loss: [0.9, 0.5, 1 / 3 + 2 ** -54] },
    verdict: 'within-tolerance',
    sentence: /^Within tolerance: loss differs by at most a relative 1\.7e-16, first at step 2\.$/,
    cause: /No recorded ingredient differs\. The difference starts small/,
  },
  {
    title: 'a bit apart without a seed: rounding is one guess of two',
    original: { plan: { seed: { known: 'unknown', reason: 'none found' } }, loss: [0.9, 0.5, 1 / 3] },
    reproduced: {
      plan: { seed: { known: 'unknown', reason: 'none found' } },
      loss: [0.9, 0.5, 1 / 3 + 2 ** -54],
    },
    verdict: 'within-tolerance',
    sentence: /^Within tolerance/,
    cause:
      /The difference starts small .*; a random number that no seed controls, or the order of floating-point sums, may be why\./,
  },
  {
    title: 'apart at once without a seed: a guess, where nothing else may explain it',
    original: { plan: { seed: { known: 'unknown', reason: 'none found' } } },
    reproduced: { plan: { seed: { known: 'unknown', reason: 'none found' } }, loss: [0.8, 0.6, 0.3] },
    verdict: 'diverged',
    sentence: /^Diverged from step 0/,
    cause:
      /^No recorded ingredient differs\. The first values already differ and no seed is known: the program may draw random numbers without one\. /,
  },
  {
    title: 'apart at once without a seed, after a variable changed: no guess',
    original: { plan: { seed: { known: 'unknown', reason: 'none found' } } },
    reproduced: {
      plan: { seed: { known: 'unknown', reason: 'none found' }, variables: { SHIFT: { value: '1' } } },
      loss: [0.8, 0.6, 0.3],
    },
    verdict: 'diverged',
    sentence: /^Diverged from step 0/,
    cause:
      /What differs: environment \(variable SHIFT is set only now\)\. The first values already differ \(loss, relative 0\.1111 at step 0\)\. The last value/,
  },
  {
    title: 'apart at once without a seed, and not all is known of what it read: no guess',
    original: {
      plan: { seed: { known: 'unknown', reason: 'none found' } },
      captured: { notKept: ['a.db'] },
    },
    reproduced: { plan: { seed: { known: 'unknown', reason: 'none found' } }, loss: [0.8, 0.6, 0.3] },
    verdict: 'diverged',
    sentence: /^Diverged from step 0/,
    cause:
      /^No recorded ingredient differs\. The first values already differ \(loss, relative 0\.1111 at step 0\)\. The last value .* Unknown: data \(a\.db was read, and what it holds is not recorded\)/,
  },
  {
    title: 'only a file differs: a guess',
    reproduced: { sha256: 'e'.repeat(64) },
    verdict: 'diverged',
    sentence: /^Diverged: every counted metric agrees, but model\.json differs\./,
    cause:
      /^No recorded ingredient differs\. The program may write times, random values, paths or an unsorted listing into the file, or go on from what an earlier run left there\. Where model\.json may differ, name it under volatile: outputs: in lockstep\.yaml\.$/,
  },
  {
    title: 'only a file differs, and not all is known of what the run read: no guess',
    original: { captured: { notKept: ['a.db'] } },
    reproduced: { sha256: 'e'.repeat(64) },
    verdict: 'diverged',
    sentence: /^Diverged: every counted metric agrees, but model\.json differs\./,
    cause: /^No recorded ingredient differs\. Unknown: data /,
  },
  {
    title: 'far apart after a package changed',
    reproduced: {
      loss: [0.9, 0.6, 0.3],
      captured: { packages: captured({ list: 'e'.repeat(64), count: 2 }) },
      packages: [{ name: 'numpy', version: '2.0.1' }],
    },
    original: { packages: [{ name: 'numpy', version: '1.26.4' }] },
    verdict: 'diverged',
    sentence: /^Diverged from step 1: loss differs by up to a relative 0\.2\.$/,
    cause:
      /^Code, data, parameters and seed, .* are identical\. What differs: environment \(numpy 1\.26\.4 → 2\.0\.1\)\. No numerical library promises the same bits across versions\. The first values already differ \(loss, relative 0\.2 at step 1\)\. The last value of loss is 0\.3 instead of 0\.25\.$/,
  },
  {
    title: 'no step in common: both have the metric',
    original: { series: [{ ...earlyMetric, steps: Float64Array.of(4, 5, 6) }] },
    reproduced: { series: [earlyMetric] },
    verdict: 'diverged',
    sentence: /^Diverged: the two runs have no step of accuracy in common\.$/,
  },
  {
    title: 'what differs and does not count is named',
    original: { series: [...threeLosses, { ...earlyMetric, key: 'epoch_time' }] },
    reproduced: {
      series: [...threeLosses, { ...earlyMetric, key: 'epoch_time', values: Float64Array.of(0.2, 0.3, 0.5) }],
    },
    verdict: 'identical',
    sentence:
      /^Identical: all 3 metric points and 1 output equal the original, to the one decimal that they have; not counted: epoch_time\.$/,
  },
  {
    title: 'several metrics part at one step: the one that is furthest away is named',
    original: { series: [earlyMetric, ...threeLosses] },
    reproduced: {
      series: [
        { ...earlyMetric, values: Float64Array.of(0.1, 0.31, 0.5) },
        ...recordedRun({ loss: [0.9, 0.75, 0.1] }).series,
      ],
    },
    verdict: 'diverged',
    sentence: /^Diverged from step 1: loss differs by up to a relative 0\.5\.$/,
  },
  {
    title: 'a changed table beside a changed package: the table is named first',
    reproduced: {
      loss: [0.8, 0.6, 0.3],
      captured: {
        packages: captured({ list: 'e'.repeat(64), count: 2 }),
        inputs: [{ path: 'data.csv', how: 'seen', sha256: '2'.repeat(64) }],
      },
      packages: [{ name: 'tqdm', version: '4.68' }],
    },
    original: {
      captured: { inputs: [{ path: 'data.csv', how: 'seen', sha256: '1'.repeat(64) }] },
      packages: [{ name: 'tqdm', version: '4.67' }],
    },
    verdict: 'diverged',
    sentence: /^Diverged from step 0/,
    cause:
      /What differs: data \(data\.csv 1111111 → 2222222\); environment \(tqdm 4\.67 → 4\.68\)\. The likeliest cause is data\.csv 1111111 → 2222222: other data gives other numbers\./,
  },
  {
    title: 'another number of threads, and a difference that grows',
    original: { plan: { variables: { OMP_NUM_THREADS: { value: '1' } } }, loss: falling },
    reproduced: {
      plan: { variables: { OMP_NUM_THREADS: { value: '2' } } },
      loss: falling.map((value, at) => value * (1 + 1e-9 * 2 ** at)),
    },
    verdict: 'diverged',
    sentence: /^Diverged from step /,
    cause:
      /What differs: determinism settings \(OMP_NUM_THREADS 1 → 2\)\. Another number of threads adds in another order\. The difference starts small \(relative 1e-9 at step 0\) and grows\./,
  },
  {
    title: 'unknown data is not called identical',
    original: { captured: { inputs: [{ path: 'data.csv', how: 'seen', problem: 'unreadable' }] } },
    reproduced: {
      captured: { inputs: [{ path: 'data.csv', how: 'seen', problem: 'unreadable' }] },
      loss: [0.9, 0.6, 0.3],
    },
    verdict: 'diverged',
    sentence: /^Diverged from step 1/,
    cause: /Unknown: data \(data\.csv was not hashed in the original\)\./,
  },
  {
    title: 'alike from the start without a seed, as the tolerance allows',
    original: { plan: { seed: { known: 'unknown', reason: 'none found' } } },
    reproduced: { plan: { seed: { known: 'unknown', reason: 'none found' } }, loss: [0.8, 0.6, 0.3] },
    rules: { tolerances: [{ pattern: '**', tolerance: { rtol: 1, atol: 0 } }] },
    verdict: 'within-tolerance',
    sentence: /^Within tolerance: loss .*; no seed was seen: alike only as two random starts are\.$/,
  },
  {
    title: 'far apart from the start without a seed',
    original: { plan: { seed: { known: 'unknown', reason: 'none found' } } },
    reproduced: { plan: { seed: { known: 'unknown', reason: 'none found' } }, loss: [0.8, 0.6, 0.3] },
    verdict: 'diverged',
    sentence: /^Diverged from step 0/,
    cause: /no seed is known/,
  },
  {
    title: 'model bytes that differ under identical metrics',
    original: { result: { outputs: [{ path: 'm.pt', how: 'seen', sha256: '1' }] } },
    reproduced: { result: { outputs: [{ path: 'm.pt', how: 'seen', sha256: '2' }] } },
    verdict: 'within-tolerance',
    sentence: /every counted metric is identical, but the bytes of m\.pt differ/,
  },
  {
    title: 'another file that differs under identical metrics',
    reproduced: { sha256: 'f'.repeat(64) },
    verdict: 'diverged',
    sentence: /^Diverged: every counted metric agrees, but model\.json differs\. The bytes differ\.$/,
  },
  {
    title: 'another file that differs where the metrics are not equal either',
    original: { loss: [0.9, 0.5, 1 / 3] },
    reproduced: { sha256: 'f'.repeat(64), loss: [0.9, 0.5, 1 / 3 + 2 ** -54] },
    verdict: 'diverged',
    sentence: /^Diverged: every counted metric is within its tolerance, but model\.json differs\./,
  },
  {
    title: 'an output that nobody hashed',
    reproduced: { result: { outputs: [{ path: 'model.json', how: 'seen', problem: 'unreadable' }] } },
    verdict: 'inconclusive',
    sentence: /model\.json could not be compared\. The reproduced file was not hashed \(unreadable\)\./,
  },
  {
    title: 'an output that was not written again',
    reproduced: { result: { outputs: [] } },
    verdict: 'diverged',
    sentence: /The reproduction did not write it/,
  },
  {
    title: 'an input that was not verified',
    rules: { caps: ['unverified input data.csv'] },
    verdict: 'within-tolerance',
    sentence: /at best: what was compared is identical, but unverified input data\.csv\./,
    cause: /Not identical at best: unverified input data\.csv\./,
  },
  {
    title: 'code from outside the checkout',
    rules: { escapedModules: [{ module: 'model', path: '/home/a/project/src/model.py' }] },
    verdict: 'inconclusive',
    sentence: /code from outside the private checkout was loaded \(model from \/home/,
    cause: /not the recorded code that ran/,
  },
  {
    title: 'nothing to compare',
    original: { series: [], result: { outputs: [] } },
    reproduced: { series: [], result: { outputs: [] } },
    verdict: 'inconclusive',
    sentence: /nothing was compared/,
    cause:
      /^There was nothing to compare: log a metric, or name a file that the command writes with --output\.$/,
  },
  {
    title: 'nothing to compare but lines that nobody reads',
    original: { series: [], result: { outputs: [] } },
    reproduced: { series: [], result: { outputs: [] } },
    rules: { unreadLines: ['loss', 'accuracy'] },
    verdict: 'inconclusive',
    sentence: /nothing was compared/,
    cause: /printed lines look like metrics \(loss, accuracy\), .*; metricLines: true in lockstep\.yaml/,
  },
  {
    title: 'only volatile things to compare',
    original: {
      series: [{ key: 'epoch_time', rank: null, steps: Float64Array.of(0), values: Float64Array.of(1) }],
      result: { outputs: [{ path: 'train.log', how: 'seen', sha256: '1' }] },
    },
    reproduced: {
      series: [{ key: 'epoch_time', rank: null, steps: Float64Array.of(0), values: Float64Array.of(2) }],
      result: { outputs: [{ path: 'train.log', how: 'seen', sha256: '2' }] },
    },
    verdict: 'inconclusive',
    sentence: /nothing was compared/,
  },
  {
    title: 'the same failure',
    original: { result: failed },
    reproduced: { result: failed },
    verdict: 'identical',
    sentence:
      /^Identical: the same failure, ValueError: loss is nan, and all 3 metric points before it equal/,
  },
  {
    title: 'the same failure with another value in its words: both are told',
    original: { result: { ...failed, failure: { ...failed.failure, message: 'ValueError: loss is 7.5' } } },
    reproduced: { result: { ...failed, failure: { ...failed.failure, message: 'ValueError: loss is 8.5' } } },
    verdict: 'within-tolerance',
    sentence:
      /^Within tolerance at best: the same failure, ValueError: loss is 7\.5 \(with other numbers: ValueError: loss is 8\.5\), and all 3 metric points before it equal the original, but the failure names other values\.$/,
  },
  {
    title: 'the same failure with another process in its words',
    original: { result: { ...failed, failure: { ...failed.failure, message: 'ValueError: worker 71' } } },
    reproduced: { result: { ...failed, failure: { ...failed.failure, message: 'ValueError: worker 8' } } },
    verdict: 'identical',
    sentence:
      /^Identical: the same failure, ValueError: worker 71 \(with other numbers: ValueError: worker 8\), and/,
  },
  {
    title: 'the same failure before any metric',
    original: { result: failed, series: [] },
    reproduced: { result: failed, series: [] },
    verdict: 'identical',
    sentence: /^Identical: the same failure, ValueError: loss is nan\.$/,
  },
  {
    title: 'the same failure after another number of steps',
    original: { result: failed },
    reproduced: { result: failed, loss: [0.9, 0.5] },
    verdict: 'diverged',
    sentence: /^Diverged: loss has 1 point fewer than the original/,
  },
  {
    title: 'another failure',
    original: { result: failed },
    reproduced: {
      result: {
        ...failed,
        failure: { code: 'command-failed', message: 'OSError: no space', exceptionType: 'OSError' },
      },
    },
    verdict: 'diverged',
    sentence: /the original failed with ValueError: loss is nan, the reproduction with OSError: no space/,
  },
  {
    title: 'a failure that does not come back',
    original: { result: failed },
    verdict: 'diverged',
    sentence: /the reproduction finished/,
  },
  {
    title: 'a reproduction that fails where the original went on',
    reproduced: { result: failed, loss: [0.9] },
    verdict: 'inconclusive',
    sentence:
      /^Inconclusive, identical through step 0: the reproduction failed with ValueError: loss is nan\.$/,
  },
  {
    title: 'a cancelled reproduction',
    reproduced: { result: cancelled, loss: [0.9, 0.5] },
    verdict: 'inconclusive',
    sentence: /^Inconclusive, identical through step 1: the reproduction was cancelled before its end\.$/,
  },
  {
    title: 'a cancelled reproduction that had diverged',
    reproduced: { result: cancelled, loss: [0.9, 0.6] },
    verdict: 'diverged',
    sentence: /^Diverged from step 1/,
  },
  {
    title: 'a cancelled original',
    original: { result: cancelled, loss: [0.9, 0.5] },
    verdict: 'inconclusive',
    sentence: /^Inconclusive, identical through step 1: the original was cancelled before its end\.$/,
  },
  {
    title: 'an original without a result',
    original: { result: null, loss: [0.9, 0.5] },
    verdict: 'inconclusive',
    sentence: /the original was lost before its end/,
  },
  {
    title: 'an original that logs to a server of its own',
    original: { plan: { mlflow: 'own-server' }, series: [] },
    verdict: 'inconclusive',
    sentence: /^Inconclusive: loss could not be compared\. The original logs to an MLflow server of its own/,
  },
  {
    title: 'a reproduction that does, by its own word',
    reproduced: { captured: { mlflow: 'own-server' }, series: [] },
    verdict: 'inconclusive',
    sentence: /^Inconclusive: loss could not be compared\. The reproduction logs to an MLflow server/,
  },
  {
    title: 'two runs that do, with nothing else to compare',
    original: { captured: { mlflow: 'own-server' }, series: [], result: { outputs: [] } },
    reproduced: { captured: { mlflow: 'own-server' }, series: [], result: { outputs: [] } },
    verdict: 'inconclusive',
    sentence: /nothing was compared\. The original logs to an MLflow server of its own/,
    cause: /^There was nothing to compare\.$/,
  },
  {
    title: 'two runs that do, and print the same metric besides',
    original: { captured: { mlflow: 'own-server' } },
    reproduced: { captured: { mlflow: 'own-server' }, loss: [0.9, 0.6, 0.25] },
    verdict: 'diverged',
    sentence: /^Diverged from step 1/,
  },
  {
    title: 'the part that was asked for',
    reproduced: { result: cancelled, loss: [0.9, 0.5] },
    rules: { partAskedFor: true, throughStep: 1 },
    verdict: 'identical',
    sentence: /^Identical through step 1: all 2 metric points equal the original/,
  },
  {
    title: 'an original of a version that read fewer values',
    original: { series: twoLosses },
    reproduced: { series: [...twoLosses, earlyMetric], plan: { lineRules: 2 } },
    verdict: 'identical',
    sentence: /^Identical: .*; not counted: accuracy\.$/,
    metrics: { accuracy: 'Not counted: the version that recorded the original did not read such values.' },
  },
  {
    title: 'an original of a version that read the same',
    original: { series: twoLosses, plan: { lineRules: 2 } },
    reproduced: { series: [...twoLosses, earlyMetric], plan: { lineRules: 2 } },
    verdict: 'diverged',
    sentence: /^Diverged: the original has no metric accuracy\.$/,
  },
  {
    title: 'a metric of another rank',
    original: {
      series: [0, 1].map(rank => ({
        key: 'loss',
        rank,
        steps: Float64Array.of(0),
        values: Float64Array.of(rank + 0.5),
      })),
    },
    reproduced: {
      series: [0, 1].map(rank => ({
        key: 'loss',
        rank,
        steps: Float64Array.of(0),
        values: Float64Array.of(rank * 2 + 0.5),
      })),
    },
    verdict: 'diverged',
    sentence: /loss \[rank 1\] differs/,
  },
];

describe('outputs of a part', () => {
  const file = (sha256: string): FileUse => ({ path: 'model.bin', how: 'written', sha256 });
  const table: readonly [string, Change, Change, JudgeRules, string | undefined][] = [
    [
      'was not reached',
      { result: { outputs: [file('a'.repeat(64))] } },
      { result: cancelled, loss: [0.9, 0.5] },
      { partAskedFor: true, throughStep: 1 },
      'Not counted: the run was stopped at step 1 before it was written.',
    ],
    [
      'is not finished',
      { result: { outputs: [file('a'.repeat(64))] } },
      { result: { ...cancelled, outputs: [file('b'.repeat(64))] }, loss: [0.9, 0.5] },
      { partAskedFor: true, throughStep: 1 },
      'Not counted: the run was stopped at step 1, so what it wrote is unfinished.',
    ],
    [
      'was not reached by an original that somebody cancelled',
      { result: cancelled, loss: [0.9, 0.5] },
      { result: { outputs: [file('b'.repeat(64))] } },
      {},
      'Not counted: the original was stopped at step 1 before it was written.',
    ],
  ];
  const other = { result: { outputs: [file('b'.repeat(64))] } };
  const whole: readonly [string, JudgeRules, string][] = [
    ['for a time that was not over', { partAskedFor: true, forMs: 9000 }, 'within-tolerance'],
    ['for all of its steps', { partAskedFor: true, throughStep: 2 }, 'within-tolerance'],
    ['for more steps than it has', { partAskedFor: true, throughStep: 99 }, 'within-tolerance'],
    ['for fewer steps than it has', { partAskedFor: true, throughStep: 1 }, 'identical'],
  ];
  for (const [asked, rules, verdict] of whole)
    it(`count where nothing was stopped, asked ${asked}: ${verdict}`, async () => {
      const first = recordedRun({ result: { outputs: [file('a'.repeat(64))] } });
      const judged = await judgeReproduction(
        first,
        recordedRun({ ...other, plan: { id: reproductionId } }),
        rules,
      );
      assert.equal(judged.verdict, verdict, judged.sentence);
      assert.equal(judged.part === undefined, verdict === 'within-tolerance');
    });

  it('of a time are told by the time', async () => {
    const again = recordedRun({ result: cancelled, loss: [0.9, 0.5], plan: { id: reproductionId } });
    const judged = await judgeReproduction(recordedRun({}), again, { partAskedFor: true, forMs: 2000 });
    assert.ok(findings(judged).includes('Asked for: 2 s of it, which got to step 1.'));
  });

  for (const [title, original, reproduced, rules, sentence] of table)
    it(title, async () => {
      const judged = await judgeReproduction(
        recordedRun(original),
        recordedRun({ ...reproduced, plan: { id: reproductionId } }),
        rules,
      );
      const [output] = judged.outputs;
      assert.equal(output?.sentence, sentence);
      assert.deepEqual([output?.verdict, output?.volatile], ['inconclusive', true]);
      const [metric] = judged.metrics;
      assert.deepEqual([metric?.originalLast, metric?.reproducedLast], [0.5, 0.5]);
    });
});

describe('judgeReproduction', () => {
  for (const { title, original, reproduced, rules, verdict, sentence, cause, metrics = {} } of cases)
    it(`${title}: ${verdict}`, async () => {
      const judged = await judgeReproduction(
        recordedRun(original),
        recordedRun({ ...reproduced, plan: { ...reproduced?.plan, id: reproductionId } }),
        rules,
      );
      assert.equal(judged.verdict, verdict);
      assert.match(judged.sentence, sentence);
      if (verdict === 'identical') assert.equal(judged.cause, null);
      else assert.ok(judged.cause !== null && judged.cause.length > 0);
      if (cause !== undefined) assert.match(judged.cause ?? '', cause);
      for (const [key, said] of Object.entries(metrics))
        assert.equal(judged.metrics.find(metric => metric.key === key)?.sentence, said);
      const read = verdictSchema.parse(JSON.parse(JSON.stringify(judged)));
      assert.equal(read.reproductionId, reproductionId);
    });
});
