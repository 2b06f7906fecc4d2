import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gluedObjects } from '../../../src/tracking/gluedObjects.ts';
import { LineFolder, metricSources } from '../../../src/tracking/lineFolder.ts';

describe('JSON objects on one line', () => {
  const table: [line: string, objects: readonly string[]][] = [
    ['{"a":1}', ['{"a":1}']],
    ['{"a":1}{"a":2}', ['{"a":1}', '{"a":2}']],
    [' {"a":{"b":1}} {"c":"}{"} ', ['{"a":{"b":1}}', '{"c":"}{"}']],
    ['{"a":"\\"}{"}', ['{"a":"\\"}{"}']],
    ['{"a":1}{"a":', ['{"a":1}{"a":']],
    ['{"a":1} and {"a":2}', ['{"a":1} and {"a":2}']],
    ['}{', ['}{']],
    ['loss: {x}{y}', ['loss: {x}{y}']],
  ];
  for (const [line, objects] of table)
    it(`${line}: ${objects.length}`, () => assert.deepEqual(gluedObjects(line), objects));

  it('come apart whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }), values => {
        const texts = values.map(value => JSON.stringify(value));
        assert.deepEqual(gluedObjects(texts.join('')), texts);
      }),
    );
  });

  it('all count when processes print at the same moment', () => {
    const folder = new LineFolder({ source: metricSources.stdoutReports });
    const { points } = folder.push(
      Buffer.from('{"rank":0,"step":1,"loss":1}{"rank":1,"step":1,"loss":2}\n\n'),
      5,
    );
    assert.deepEqual(
      points.map(({ rank, value }) => [rank, value]),
      [
        [0, 1],
        [1, 2],
      ],
    );
  });
});
