import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  inOrder,
  isLike,
  matches,
  parseOrdering,
  type Lookup,
} from '../../../../src/tracking/mlflow/matchFilter.ts';
import { MlflowProblem } from '../../../../src/tracking/mlflow/mlflowProblem.ts';
import { parseFilter } from '../../../../src/tracking/mlflow/parseFilter.ts';

const values: Record<string, (string | number)[]> = {
  'metric loss': [0.5],
  'metric val/acc': [0.9],
  'metric nan': [Number.NaN],
  'param lr': ['0.1'],
  'param a b': ['x'],
  'tag mlflow.user': ['Ann'],
  "tag it's": ['yes'],
  'attribute status': ['FINISHED'],
  'attribute run name': ['first try'],
  'attribute start_time': [100],
  'dataset name': ['digits', 'faces'],
};
const lookup: Lookup = ({ kind, key }) => values[`${kind} ${key}`] ?? [];

describe('the search language of MLflow', () => {
  const cases: [string, boolean][] = [
    ['', true],
    ['metrics.loss > 0.4', true],
    ['metrics.loss >= 0.5 and metric.loss <= .5', true],
    ['metrics.loss != 0.5', false],
    ['metrics.`val/acc` > 9e-1', false],
    ['metrics."val/acc" = 0.9', true],
    ['metrics.val/acc = 0.9', true],
    ['metrics.loss < 1 AND params.lr = "0.1" AND tags.`mlflow.user` LIKE \'A%\'', true],
    ["params.lr = '0.2'", false],
    ["params.`a b` = 'x'", true],
    ["params.missing != 'x'", false],
    ['params.missing IS NULL', true],
    ['params.lr is not null', true],
    ["tags.mlflow.user ilike 'a_n'", true],
    ["tags.`mlflow.user` LIKE 'a%'", false],
    ["tags.`mlflow.user` NOT LIKE 'B%'", true],
    ["tags.\"it's\" = 'yes'", true],
    ["tags.x = 'it''s'", false],
    ["attributes.status = 'FINISHED'", true],
    ["status IN ('RUNNING', 'FINISHED')", true],
    ["status NOT IN ('RUNNING', 'FINISHED')", false],
    ["attribute.`run name` = 'first try'", true],
    ["`run name` = 'first try'", true],
    ['attributes.start_time > 99.5', true],
    ["datasets.name = 'faces'", true],
    ["dataset.name IN ('none')", false],
    ['metrics.nan > 0', false],
    ['metrics.loss < inf', true],
  ];
  for (const [filter, expected] of cases)
    it(`${filter === '' ? 'nothing' : filter}: ${expected}`, () => {
      assert.equal(matches(parseFilter(filter), lookup), expected);
    });

  for (const wrong of [
    'metrics.loss >',
    'metrics.loss > 1 AND',
    'metrics.loss > 1 OR metrics.loss < 0',
    'metrics.loss > abc',
    "params.lr = 'open",
    'metrics. > 1',
    '> 1',
    'status IN ()',
    'status IN ("a"',
    'metrics.loss ! 1',
    'metrics.loss NOT > 1',
  ])
    it(`refuses ${wrong}`, () => {
      assert.throws(() => parseFilter(wrong), MlflowProblem);
    });

  it('reads any text as comparisons or as wrong use', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'metrics.',
        'params.`',
        '"',
        "'",
        ' AND ',
        ' IN (',
        ')',
        ',',
        ' LIKE ',
        '=',
        '!',
        ' IS NULL',
        '%',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
        try {
          matches(parseFilter(pieces.join('')), lookup);
        } catch (error) {
          assert.ok(error instanceof MlflowProblem, String(error));
        }
      }),
    );
  });

  it('finds what it is asked for, whatever the name and the value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (key, value) => {
        const filter = `tags.\`${key.replaceAll('`', '``')}\` = '${value.replaceAll("'", "''")}'`;
        assert.ok(matches(parseFilter(filter), field => (field.key === key ? [value] : [])));
      }),
    );
  });

  it('knows LIKE as a regular expression does, in bounded time', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '%', '_'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (value, pattern) => {
        const expected = new RegExp(
          `^${Array.from(pattern)
            .map(c => (c === '%' ? '[^]*' : c === '_' ? '[^]' : c))
            .join('')}$`,
        ).test(value);
        assert.equal(isLike(value, pattern), expected);
      }),
    );
    assert.equal(isLike('a'.repeat(20_000), '%a'.repeat(50) + 'b'), false);
  });

  it('puts what has no value last, NaN before it, and keeps ties in order', () => {
    const things = [
      { name: 'none' },
      { name: 'nan', loss: Number.NaN },
      { name: 'two', loss: 2 },
      { name: 'one', loss: 1 },
      { name: 'one again', loss: 1 },
    ];
    const order = (text: string): string[] =>
      inOrder(
        things,
        [parseOrdering(text)],
        thing => () => (thing.loss === undefined ? [] : [thing.loss]),
      ).map(({ name }) => name);
    assert.deepEqual(order('metrics.loss'), ['one', 'one again', 'two', 'nan', 'none']);
    assert.deepEqual(order('metrics.`loss` DESC'), ['two', 'one', 'one again', 'nan', 'none']);
    assert.throws(() => parseOrdering('metrics.a metrics.b DESC'), MlflowProblem);
  });
});
