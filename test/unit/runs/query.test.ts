import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LockstepError } from '../../../src/base/lockstepError.ts';
import { formatRunQuery } from '../../../src/runs/formatQuery.ts';
import { matchesPattern, matchesRunQuery } from '../../../src/runs/matchQuery.ts';
import { parseRunQuery, runStates, type RunQuery } from '../../../src/runs/parseQuery.ts';
import { metricParts, plainFields, type QueryField } from '../../../src/runs/queryFields.ts';
import type { ParameterValue } from '../../../src/runs/plan.ts';
import type { RunSummary } from '../../../src/runs/runSummary.ts';
import { sortRuns } from '../../../src/runs/sortRuns.ts';

const now = new Date(2026, 0, 10, 12).getTime();

const run: RunSummary = {
  id: '01KE1BF9Q8ABCDEFGHJKMNPQRS',
  state: 'finished',
  stillRunning: false,
  createdAt: new Date(2026, 0, 9, 15).toISOString(),
  durationMs: 41_000,
  name: 'lr sweep 3',
  tags: ['baseline', 'gpu'],
  star: true,
  archived: false,
  argv: ['python', 'train.py', '--lr', '0.1'],
  cwd: '',
  parameters: Object.fromEntries<ParameterValue>([
    ['lr', 0.1],
    ['amp', true],
    ['text', '0.10'],
    ['a b', 'x'],
    ['__proto__', 7],
  ]),
  metrics: {
    loss: { last: 0.25, lastStep: 9, min: 0.2, max: 2, count: 10 },
    'val/loss.x': { last: Number.NaN, lastStep: 9, min: 1, max: 2, count: 10 },
  },
  parent: '01KE1BF9Q8ABCDEFGHJKMNPQAA',
  importedFrom: 'mlruns',
  reportedTags: { team: 'vision', 'release.name': 'autumn' },
  head: '3f2a91c0000000000000000000000000000000aa',
  branch: 'main',
  codeKnown: 'captured',
  exitCode: 0,
  verdicts: [{ reproductionId: '01KE1BF9Q8ABCDEFGHJKMNPQRT', verdict: 'diverged', at: '' }],
};

const passes = [
  '',
  'metrics.loss < 0.4 and params.lr = 0.1 and state = finished and tag = baseline and name ~ "lr*" and created > 2026-01-01 and starred',
  'metrics.loss == 2.5e-1',
  'min(metrics.loss) = 0.2 and max(metrics.loss)=2 and count(metrics.loss) >= 10 and step(metrics.loss)>8',
  'metrics.val/loss.x = nan',
  'params.text = 0.1',
  'params.text = "0.10"',
  'params."a b" = x',
  "parameters.'a b' ~ X",
  'params.amp = true',
  'params.amp',
  'params.__proto__ = 7',
  'NOT archived AND (state = failed OR state = Finished)',
  'tag != cpu',
  'tag ~ base*',
  'not tag = cpu and not params.none = 1 and not params.none != 1 and not params.none',
  'command ~ train.py',
  'commit = 3f2a91c',
  'id = kmnpqrs',
  'created = 2026-01-09 and created = yesterday and created < today',
  'age < 1d and age > 20h and duration > 40 and duration < 1m',
  'verdict = diverged and reproduced',
  'exit = 0',
  'name ~ "sweep"',
  'branch != dev',
  'tags.team = vision and tags.release.name ~ aut and not tags.none and child and imported and origin = mlruns',
  'parent = 01KE1BF9Q8ABCDEFGHJKMNPQAA and not children',
];

const fails = [
  'params.constructor',
  'metrics.toString = 1',
  'tag = base',
  'tag != gpu',
  'params.text = "0.1"',
  'name = "lr"',
  'live',
  'note != "x"',
  'metrics.loss > 0.25',
  'state != finished',
];

const mistakes: [query: string, position: number, message: RegExp, mend?: RegExp][] = [
  ['metric.loss < 1', 0, /Unknown field metric\.loss/, /metrics\.loss/],
  ['stat = failed', 0, /Unknown field stat/, /state/],
  ['loss < 1', 0, /Unknown field loss/, /metrics\.loss/],
  ['starred and state = finishd', 20, /finishd is not a state/, /finished/],
  ['created > soon', 10, /soon is not a time/, /2026-01-31/],
  ['created > 2026-02-31', 10, /is not a time/],
  ['duration > long', 11, /not a duration/, /90s/],
  ['metrics.loss <', 14, /value is missing/],
  ['metrics.loss < x', 15, /x is not a number/],
  ['name = "open', 7, /Unclosed quote/],
  ['(starred', 8, /\) is missing/],
  ['starred)', 7, /Unexpected \)/],
  ['starred archived', 8, /Unexpected archived/, /and, or/],
  ['and starred', 0, /field is missing before and/],
  ['starred and', 11, /condition is missing/],
  ['mean(metrics.loss) < 1', 0, /Unknown function mean/, /last, min/],
  ['min(params.lr) < 1', 4, /A metric is missing/],
  ['metrics. < 1', 0, /key is missing/, /metrics\.loss/],
  ['metrics.loss ~ 0*', 15, /compares text/],
  [`${'('.repeat(100_000)}starred`, 100, /Too many levels/],
  [`${'not '.repeat(100_000)}starred`, 400, /Too many levels/],
];

describe('run query', () => {
  for (const query of passes)
    it(`passes: ${query}`, () => assert.equal(matchesRunQuery(run, parseRunQuery(query), now), true));
  for (const query of fails)
    it(`fails: ${query}`, () => assert.equal(matchesRunQuery(run, parseRunQuery(query), now), false));
  for (const [query, position, message, mend] of mistakes)
    it(`refuses: ${query.slice(0, 40)}`, () =>
      assert.throws(
        () => parseRunQuery(query),
        (error: LockstepError) => {
          assert.equal(error.code, 'query-invalid');
          assert.match(error.message, message);
          assert.match(error.message, new RegExp(`at character ${position + 1} `));
          if (mend !== undefined) assert.match(error.mend ?? '', mend);
          return true;
        },
      ));

  it('reads back what it writes, for any filter', () =>
    fc.assert(
      fc.property(anyQuery(), query => {
        // A clone has ordinary prototypes, which generated records do not always have.
        assert.deepEqual(parseRunQuery(formatRunQuery(query)), structuredClone(query));
      }),
      { numRuns: 60 },
    ));

  it('never fails but with query-invalid', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), likelyText()), text => {
        try {
          matchesRunQuery(run, parseRunQuery(text), now);
        } catch (error) {
          assert.equal((error as LockstepError).code, 'query-invalid');
        }
      }),
      { numRuns: 500 },
    ));

  it('matches patterns as a regular expression would', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', '.') }),
        fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), minLength: 1 }),
        (text, pattern) => {
          const body = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
          const expected = /[*?]/.test(pattern) ? new RegExp(`^${body}$`).test(text) : text.includes(pattern);
          assert.equal(matchesPattern(text, pattern), expected);
        },
      ),
      { numRuns: 500 },
    ));
});

describe('sortRuns', () => {
  const named = (name: string, lr: number | string | null): RunSummary => ({
    ...run,
    name,
    parameters: lr === null ? {} : { lr },
  });
  const runs = [
    named('none', null),
    named('b', 2),
    named('a', 10),
    named('text', 'x'),
    named('nan', Number.NaN),
  ];
  const order = (key: string): (string | undefined)[] => sortRuns(runs, key).map(({ name }) => name);

  it('puts numbers before text and missing values last, both ways', () => {
    assert.deepEqual(order('params.lr'), ['b', 'a', 'text', 'none', 'nan']);
    assert.deepEqual(order('-params.lr'), ['text', 'a', 'b', 'none', 'nan']);
    assert.deepEqual(order('name'), ['a', 'b', 'nan', 'none', 'text']);
    assert.throws(() => order('name = x'), { code: 'query-invalid' });
    assert.throws(() => order('foo'), { message: /of the sort key "foo"\.$/ });
  });
});

function anyField(): fc.Arbitrary<QueryField> {
  const key = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom('and', 'a.b', 'a b', '"', "\\'", 'x.', '(', '\n'),
  );
  const names = Object.keys(plainFields) as (keyof typeof plainFields)[];
  return fc.oneof(
    fc.record({ kind: fc.constant('plain' as const), name: fc.constantFrom(...names) }),
    fc.record({ kind: fc.constant('parameter' as const), key }),
    fc.record({ kind: fc.constant('tag' as const), key }),
    fc.record({ kind: fc.constant('metric' as const), key, part: fc.constantFrom(...metricParts) }),
  );
}

function anyQuery(): fc.Arbitrary<RunQuery> {
  const value = fc.record({
    text: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('0.1', 'and', 'nan', '', 'a.', '\\')),
    quoted: fc.constant(true),
  });
  const operator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=', '~', '!~');
  const comparison = fc.oneof(
    fc.record({
      kind: fc.constant('comparison' as const),
      field: fc.string({ minLength: 1 }).map(key => ({ kind: 'parameter' as const, key })),
      operator,
      value,
    }),
    fc.record({
      kind: fc.constant('comparison' as const),
      field: fc.constant({ kind: 'plain' as const, name: 'state' as const }),
      operator: fc.constantFrom('=' as const, '!=' as const),
      value: fc.constantFrom(...runStates).map(text => ({ text, quoted: false })),
    }),
  );
  const { node } = fc.letrec<{ node: RunQuery }>(tie => {
    const parts = fc.array(tie('node'), { minLength: 2, maxLength: 3 });
    return {
      node: fc.oneof(
        { maxDepth: 3, depthIdentifier: 'query' },
        fc.record({ kind: fc.constant('present' as const), field: anyField() }),
        comparison,
        fc.record({ kind: fc.constant('not' as const), part: tie('node') }),
        fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), parts }),
      ),
    };
  });
  return fc.oneof(node, fc.constant({ kind: 'everything' as const }));
}

function likelyText(): fc.Arbitrary<string> {
  const word = fc.constantFrom(
    ...[
      'metrics.loss',
      'name',
      'created',
      '(',
      ')',
      'not',
      'and',
      'or',
      '=',
      '<',
      '~',
      '"',
      "'",
      '\\',
      '1',
      'x.',
      ',',
    ],
  );
  return fc.array(word).map(words => words.join(' '));
}
