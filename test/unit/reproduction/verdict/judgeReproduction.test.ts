import assert from 'node:assert/strict';
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
const twoLosses = recordedRun({ loss: [0.9, 0.5] }).series;

const cases: Case[] = [
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
    title: 'everything equal',
    verdict: 'identical',
    sentence:
      /^Identical: all 3 metric points and 1 output equal the original, to the 2 decimals that were logged\.$/,
  },
  {
    title: 'everything equal, roughly logged',
    original: { loss: [0.9, 0.5, 0.1] },
    reproduced: { loss: [0.9, 0.5, 0.1] },
    verdict: 'identical',
    sentence: /to the one decimal that was logged\.$/,
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
      /The difference starts small .*: a random number that no seed controls, or the order of floating-point sums\./,
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
    sentence: /^Diverged from step 1: loss differs by up to a relative 2\.0e-1\.$/,
    cause:
      /^Code, data, parameters and seed, .* are identical\. What differs: environment \(numpy 1\.26\.4 → 2\.0\.1\)\. No numerical library promises the same bits across versions\. The first values already differ \(loss, relative 0\.2 at step 1\)\. The last value of loss is 0\.3 instead of 0\.25\.$/,
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
      /What differs: determinism settings \(OMP_NUM_THREADS 1 → 2\)\. Another number of threads adds in another order\. The difference starts small \(relative 1\.0e-9 at step 0\) and grows\./,
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
  for (const { title, original, reproduced, rules, verdict, sentence, cause } of cases)
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
      const read = verdictSchema.parse(JSON.parse(JSON.stringify(judged)));
      assert.equal(read.reproductionId, reproductionId);
    });
});
