import assert from 'node:assert/strict';
import { runLabel } from '../../../src/extension/worker/runRows.ts';
import type { RunSummary } from '../../../src/runs/runSummary.ts';

const run: RunSummary = {
  ...{ id: '01M83ARRMXK3T9MH83A1KR4MCZ', state: 'finished', stillRunning: false, tags: [] },
  ...{ createdAt: '2026-11-22T09:00:00.000Z', star: false, archived: false, cwd: '', codeKnown: 'captured' },
  ...{ argv: ['python3', 'train.py'], parameters: { lr: 0.1 }, metrics: {}, verdicts: [] },
};

const cases: readonly [
  title: string,
  given: Partial<RunSummary>,
  differing: readonly string[],
  label: string,
][] = [
  ['its name', { name: 'baseline' }, [], 'baseline'],
  ['what differs, where MLflow made the name up', { name: 'gregarious-sloth-123' }, ['lr'], 'lr=0.1'],
  [
    'the name of a reproduction, which only looks as if it were made up',
    { name: 'baseline-repro-2', reproduces: '01M83ARRMXK3T9MH83A1KR4MCY' },
    ['lr'],
    'baseline-repro-2',
  ],
  ['its command, where there is nothing else', {}, [], 'train.py'],
];

describe('the label of a run', () => {
  for (const [title, given, differing, label] of cases)
    it(`is ${title}`, () => assert.equal(runLabel({ ...run, ...given }, differing), label));
});
