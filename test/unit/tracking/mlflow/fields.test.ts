import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  doubleField,
  listField,
  readFields,
  textField,
  wholeField,
} from '../../../../src/tracking/mlflow/fields.ts';
import { MlflowProblem } from '../../../../src/tracking/mlflow/mlflowProblem.ts';
import { pageOf } from '../../../../src/tracking/mlflow/paging.ts';
import { parameterOf } from '../../../../src/tracking/mlflow/parameterOf.ts';

describe('fields of MLflow requests', () => {
  const doubles: [unknown, number][] = [
    [1.5, 1.5],
    ['1.5', 1.5],
    ['-2e-3', -0.002],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
    [null, Number.NaN],
  ];
  for (const [written, value] of doubles)
    it(`double ${JSON.stringify(written)} is ${value}`, () => {
      assert.equal(readFields(doubleField, written), value);
    });

  it('reads whole numbers as protobuf writes them', () => {
    assert.equal(readFields(wholeField, '1795372459569'), 1795372459569);
    assert.equal(readFields(wholeField, -3), -3);
    for (const wrong of ['', 'x', 'NaN', {}, true])
      assert.throws(() => readFields(wholeField, wrong), MlflowProblem);
  });

  it('reads one value as a list of one, and none as an empty one', () => {
    assert.deepEqual(readFields(listField(textField), 'a'), ['a']);
    assert.deepEqual(readFields(listField(textField), undefined), []);
  });

  it('names the field at fault', () => {
    assert.throws(() => readFields(listField(textField), ['a', {}]), /'1'|\[1\]/);
  });

  it('cuts everything into pages, without a gap or a double', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 50 }), fc.integer({ min: 1, max: 20 }), (all, most) => {
        const read: number[] = [];
        let token: string | undefined;
        do {
          const page = pageOf(all, most, token);
          read.push(...page.items);
          token = page.next.next_page_token;
        } while (token !== undefined);
        assert.deepEqual(read, all);
      }),
    );
    assert.throws(() => pageOf([1], 1, 'garbage'), MlflowProblem);
  });
});

describe('parameterOf', () => {
  const cases: [string, unknown][] = [
    ['0.1', 0.1],
    ['1e-05', 0.00001],
    ['-3', -3],
    ['True', true],
    ['False', false],
    ['None', null],
    ['', ''],
    ['007', '007'],
    ['1_000', '1_000'],
    ['9007199254740993', '9007199254740993'],
    ['1e999', '1e999'],
    ['nan', 'nan'],
    ['true', 'true'],
    ['adamw', 'adamw'],
  ];
  for (const [text, value] of cases)
    it(`${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
      assert.equal(parameterOf(text), value);
    });
});
