/** What this machine has shown already is in the forecast: no run is called equal to the last bit that was not. */
import assert from 'node:assert/strict';
import type { RecordedProbe } from '../../../../src/reproduction/probe/readProbes.ts';
import { evidenceHere } from '../../../../src/reproduction/forecast/evidenceHere.ts';
import { forecastSentence } from '../../../../src/reproduction/forecast/forecastSentence.ts';
import type { Machine } from '../../../../src/reproduction/probe/machineOf.ts';
import type { Ingredient, Verdict, VerdictWord } from '../../../../src/runs/verdict.ts';
import { originalId, reproductionId } from '../recordedRun.ts';

const machine: Machine = { host: 'alpha', cpuModel: 'A CPU', gpus: ['A GPU'] };

function verdictOf(word: VerdictWord, metric: VerdictWord, change: Partial<Verdict> = {}): Verdict {
  return {
    ...{ schemaVersion: 1, verdict: word, runId: originalId, reproductionId, at: '', sentence: '' },
    ...{ host: 'alpha', outputs: [], ingredients: [], cause: null, caps: [], escapedModules: [] },
    metrics: [
      {
        ...{ key: 'loss', verdict: metric, volatile: false, comparedPoints: 3 },
        ...{ missingSteps: 0, extraSteps: 0 },
      },
    ],
    ...change,
  };
}

function probeOf(identical: boolean): RecordedProbe {
  return {
    id: 'probe',
    probe: {
      ...{ schemaVersion: 1, at: '', host: 'alpha', runId: originalId, reproductionIds: [], identical },
      ...{ sentence: 'Two runs differ.', bands: [], differingOutputs: [] },
      machine: { cpuModel: 'A CPU', gpus: ['A GPU'] },
    },
  };
}

const differing = (name: Ingredient['name']): Ingredient[] => [
  { name, status: 'differs', original: 'a', now: 'b', differences: ['a → b'] },
];

interface Case {
  readonly title: string;
  readonly verdicts?: readonly Verdict[];
  readonly probes?: readonly RecordedProbe[];
  readonly on?: Machine | undefined;
  readonly limit?: RegExp;
  readonly identical?: boolean;
}

const short = reproductionId.slice(-6);
const cases: readonly Case[] = [
  { title: 'nothing was tried' },
  {
    title: 'a reproduction diverged',
    verdicts: [verdictOf('diverged', 'diverged')],
    limit: new RegExp(`^The reproduction ${short} on this machine already diverged\\.$`),
  },
  {
    title: 'a later one was identical: the run is one time this, another time that',
    verdicts: [verdictOf('diverged', 'diverged'), verdictOf('identical', 'identical')],
    limit: /already diverged/,
  },
  {
    title: 'a reproduction was within its noise',
    verdicts: [verdictOf('within-tolerance', 'within-tolerance')],
    limit: /was not equal to the last bit\.$/,
  },
  {
    title: 'all was equal, and a cap kept the verdict from identical',
    verdicts: [verdictOf('within-tolerance', 'identical', { caps: ['unverified input a.csv'] })],
    identical: true,
  },
  { title: 'identical', verdicts: [verdictOf('identical', 'identical')], identical: true },
  {
    title: 'it diverged on another processor',
    verdicts: [verdictOf('diverged', 'diverged')],
    on: { ...machine, cpuModel: 'Another' },
  },
  {
    title: 'it diverged with other packages',
    verdicts: [verdictOf('diverged', 'diverged', { ingredients: differing('environment') })],
  },
  {
    title: 'the record of the reproduction is gone, its verdict names the host',
    verdicts: [verdictOf('diverged', 'diverged')],
    on: undefined,
    limit: /already diverged/,
  },
  { title: 'the probe was identical', probes: [probeOf(true)], identical: true },
  {
    title: 'the newest probe was not',
    probes: [probeOf(true), probeOf(false)],
    limit: /^A determinism probe on this machine found two executions that differ: Two runs differ\.$/,
  },
  {
    title: 'a reproduction says nothing that was stopped',
    verdicts: [verdictOf('inconclusive', 'identical')],
  },
];

describe('what this machine has shown of a run', () => {
  for (const { title, verdicts = [], probes = [], limit, identical = false, ...rest } of cases)
    it(title, async () => {
      const on = 'on' in rest ? rest.on : machine;
      const found = await evidenceHere({
        ...{ original: { verdicts }, probes, machine },
        machineOfRun: () => Promise.resolve(on),
      });
      assert.equal(found.identical, identical);
      assert.equal(found.limits.length, limit === undefined ? 0 : 1);
      if (limit !== undefined) assert.match(found.limits[0]?.text ?? '', limit);
    });
});

describe('the sentence of a forecast', () => {
  const facts = { blockers: [], fetch: 0, items: [], limits: [], caps: [] };
  const sentences: readonly [string, Parameters<typeof forecastSentence>[0], string][] = [
    [
      'expects equal bits where nothing is against them',
      { ...facts, closeness: 'bit-identical' },
      'Expected to be identical to the last bit.',
    ],
    [
      'does not where no seed was seen',
      {
        ...{ ...facts, closeness: 'bit-identical' },
        open: [{ text: 'no seed was seen (lockstep probe ABCDEF tells)', unseen: true }],
      },
      'Nothing recorded stands against equal bits; no seed was seen (lockstep probe ABCDEF tells).',
    ],
    [
      'names the reproduction that diverged',
      {
        ...{ ...facts, closeness: 'numerically-close' },
        limits: [
          {
            ...{ ingredient: 'determinism', closeness: 'numerically-close' },
            text: 'The reproduction W9JDM2 on this machine already diverged.',
          },
        ],
      },
      'Numerically close at best: the reproduction W9JDM2 on this machine already diverged.',
    ],
  ];
  for (const [title, given, sentence] of sentences)
    it(title, () => assert.equal(forecastSentence(given), sentence));
});
