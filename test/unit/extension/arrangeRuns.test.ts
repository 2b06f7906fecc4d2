import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arrangeRuns } from '../../../src/extension/worker/arrangeRuns.ts';
import { groupings } from '../../../src/extension/worker/runsView.ts';
import type { RunSummary } from '../../../src/runs/runSummary.ts';
import { runSummaryOf } from './fixtures/runSummaryOf.ts';

const now = new Date(2026, 2, 20, 15).getTime();
const daysAgo = (days: number, hour = 12): string => new Date(2026, 2, 20 - days, hour).toISOString();

function picture(runs: RunSummary[], grouping: (typeof groupings)[number]): string[] {
  return [...arrangeRuns(runs, grouping, now)].map(
    ([key, group]) => `${key}: ${group.map(run => run.name ?? '').join(' ')}`,
  );
}

describe('arrangeRuns', () => {
  const runs = [
    runSummaryOf({ name: 'a', createdAt: daysAgo(0), tags: ['x', 'y'], head: 'c1', experiment: 'digits' }),
    runSummaryOf({ name: 'b', createdAt: daysAgo(9), state: 'running', stillRunning: true, tags: ['y'] }),
    runSummaryOf({ name: 'c', createdAt: daysAgo(1, 0), state: 'failed', head: 'c2' }),
    runSummaryOf({ name: 'd', createdAt: daysAgo(6), head: 'c1', argv: ['/v/bin/python3', '-m', 'pkg.fit'] }),
    runSummaryOf({ name: 'e', createdAt: daysAgo(20), state: 'lost', argv: ['./fit.sh', 'x'] }),
    runSummaryOf({ name: 'f', createdAt: daysAgo(400), state: 'lost', stillRunning: true }),
    runSummaryOf({ name: 'g', createdAt: daysAgo(400) }),
  ];

  it('by date, live ones first whatever their age', () => {
    assert.deepEqual(picture(runs, 'date'), [
      'live: b f',
      'today: a',
      'yesterday: c',
      'week: d',
      'month: e',
      'older: g',
    ]);
  });
  it('by state', () => {
    assert.deepEqual(picture(runs, 'state'), ['running: b', 'lost: e f', 'failed: c', 'finished: a d g']);
  });
  it('by state: what only was to go so far is not among the cancelled', () => {
    const ended = [
      runSummaryOf({ name: 'x', createdAt: daysAgo(0), state: 'cancelled' }),
      runSummaryOf({ name: 'y', createdAt: daysAgo(0), state: 'cancelled', reached: { throughStep: 3 } }),
    ];
    assert.deepEqual(picture(ended, 'state'), ['cancelled: x', 'reached: y']);
  });
  it('by tag, several groups for one run, untagged last', () => {
    assert.deepEqual(picture(runs, 'tag'), ['x: a', 'y: a b', ': c d e f g']);
  });
  it('by commit, unknown last', () => {
    assert.deepEqual(picture(runs, 'commit'), ['c1: a d', 'c2: c', ': b e f g']);
  });
  it('by experiment, else by what was run', () => {
    assert.deepEqual(picture(runs, 'experiment'), [
      'digits: a',
      'train.py: b c f g',
      'pkg.fit: d',
      'fit.sh: e',
    ]);
  });

  it('loses no run and invents none, and keeps the order in each group', () => {
    const anyRun = fc
      .record({
        name: fc.uuid(),
        state: fc.constantFrom('running', 'finished', 'failed', 'lost'),
        createdAt: fc
          .date({ min: new Date(0), max: new Date(now), noInvalidDate: true })
          .map(date => date.toISOString()),
        tags: fc.uniqueArray(fc.string(), { maxLength: 3 }),
      })
      .map(runSummaryOf);
    fc.assert(
      fc.property(fc.array(anyRun), fc.constantFrom(...groupings), (some, grouping) => {
        const groups = arrangeRuns(some, grouping, now);
        assert.deepEqual(new Set([...groups.values()].flat()), new Set(some));
        for (const group of groups.values())
          assert.deepEqual(
            group,
            some.filter(run => group.includes(run)),
          );
      }),
    );
  });
});
