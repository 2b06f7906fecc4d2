import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { readMetricFile } from '../../../../src/imports/mlflow/readMetricFile.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import type { TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('readMetricFile', () => {
  let folder: TemporaryFolder;
  before(async () => (folder = await temporaryFolder()));
  after(() => folder.remove());

  const read = (content: string | Uint8Array): ReturnType<typeof readMetricFile> => {
    const path = join(folder.path, 'metric');
    writeFileSync(path, content);
    return readMetricFile(path, 'loss');
  };

  const cases: readonly [what: string, content: string, points: number[][], bad: number][] = [
    [
      'time, value and step',
      '1000 0.5 3\n1001 0.25 4\n',
      [
        [3, 1000, 0.5],
        [4, 1001, 0.25],
      ],
      0,
    ],
    ['no step, as the oldest stores', '1000 0.5\n', [[0, 1000, 0.5]], 0],
    ['a dataset behind, as the newest', '1000 0.5 3 name digest\n', [[3, 1000, 0.5]], 0],
    ['no last newline', '1000 0.5 3', [[3, 1000, 0.5]], 0],
    [
      'what JSON cannot say',
      '1 nan 0\n2 inf 1\n3 -inf 2\n',
      [
        [0, 1, Number.NaN],
        [1, 2, Infinity],
        [2, 3, -Infinity],
      ],
      0,
    ],
    ['negative steps', '1 2 -5\n', [[-5, 1, 2]], 0],
    [
      'the same point twice, as log_model writes it',
      '1 1.0 0\n2 0.5 1\n1 1.0 0\n',
      [
        [0, 1, 1],
        [1, 2, 0.5],
      ],
      0,
    ],
    [
      'another value at the same step',
      '1 1.0 0\n1 2.0 0\n',
      [
        [0, 1, 1],
        [0, 1, 2],
      ],
      0,
    ],
    ['lines that are none', 'hello\n\n1 x 2\n1 1 1\n', [[1, 1, 1]], 2],
  ];
  for (const [what, content, points, bad] of cases)
    it(`reads ${what}`, () => {
      const { series, badLines } = read(content);
      assert.deepEqual(
        Array.from(series.steps, (step, place) => [step, series.times[place], series.values[place]]),
        points,
      );
      assert.equal(badLines, bad);
    });

  it('reads lines across the pieces of a large file', () => {
    const lines = Array.from(
      { length: 150_000 },
      (_, step) => `${1_700_000_000_000 + step} ${step / 3} ${step}`,
    );
    const { series, badLines } = read(lines.join('\n'));
    assert.equal(badLines, 0);
    assert.deepEqual(
      series.values,
      Float64Array.from(lines, (_, step) => step / 3),
    );
  });

  it('takes any bytes, without keeping a line that never ends', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), bytes => void read(bytes)));
    assert.equal(read(Buffer.alloc(5_000_000, 'x')).badLines, 1);
  });
});
