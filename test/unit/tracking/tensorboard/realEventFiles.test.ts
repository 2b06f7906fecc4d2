import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { SourceContent } from '../../../../src/tracking/sourceReader.ts';
import { EventFileReader } from '../../../../src/tracking/tensorboard/eventFileReader.ts';
import { readEventFile } from '../../../../src/tracking/tensorboard/readEventFile.ts';
import { record } from '../../../helpers/eventFileWriter.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'tensorboard');
const names = [
  'tensorboardx.tfevents',
  'restart.tfevents',
  'tensors.tfevents',
  'hparams-tensorboardx.tfevents',
  'hparams-tensorboard.tfevents',
];

function bytesOf(name: string): Buffer {
  return readFileSync(join(fixtures, name));
}

function read(name: string): SourceContent {
  return new EventFileReader().push(bytesOf(name), 0);
}

function series(name: string, key: string): (readonly [number, number])[] {
  return read(name)
    .points.filter(point => point.key === key)
    .map(({ step, value }) => [step, value]);
}

const f = Math.fround;

describe('event files of real writers', () => {
  for (const [name, key, wanted] of [
    ['tensorboardx.tfevents', 'train/loss', [0, 1, 2, 3, 4].map(step => [step, f(Math.exp(-step / 7))])],
    ['tensorboardx.tfevents', 'far_apart', [0, 1, 2, 3, 4].map(step => [step * 1_000_003, f(step / 3)])],
    [
      'tensorboardx.tfevents',
      'odd',
      [Number.NaN, Infinity, -Infinity, f(1e-45), f(3.4028234e38), Infinity, -0].map((value, step) => [
        step,
        value,
      ]),
    ],
    ['tensorboardx.tfevents', 'far', [[2 ** 53 - 1, 1.5]]],
    ['tensorboardx.tfevents', 'before', [[-3, 2.5]]],
    ['tensorboardx.tfevents', 'named', [[1, f(0.1)]]],
    ['restart.tfevents', 'train/loss', [3, 4, 5, 6].map(step => [step, -step])],
    ['hparams-tensorboardx.tfevents', 'hparam/accuracy', [[0, f(0.9)]]],
    ['tensors.tfevents', 'epoch_loss', [0, 1, 2, 3, 4].map(step => [step, f(1 / (step + 1))])],
    ['tensors.tfevents', 'größe/🙂', [[7, 0.5]]],
    ['tensors.tfevents', 'exact', [[1, Math.PI]]],
    ['tensors.tfevents', 'plain', [[1, Math.PI]]],
    [
      'tensors.tfevents',
      'odd16',
      [
        [0, Number.NaN],
        [1, Infinity],
        [2, -Infinity],
        [3, 2 ** -24],
        [4, 65_504],
      ],
    ],
    ...['float16', 'float32', 'float64', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16'].flatMap(type =>
      ['types', 'content'].map(
        how =>
          [
            'tensors.tfevents',
            `${how}/${type}`,
            [
              [0, 0],
              [1, 1],
              [2, 100],
            ],
          ] as const,
      ),
    ),
    [
      'tensors.tfevents',
      'types/bool',
      [
        [0, 0],
        [1, 1],
        [2, 1],
      ],
    ],
    ['tensors.tfevents', 'many/3', [[9, f(3 / 7)]]],
  ] as const)
    it(`${name}: ${key}`, () => {
      assert.deepEqual(series(name, key), wanted);
    });

  it('hold parameters and states', () => {
    const [x, tensorboard] = [read('hparams-tensorboardx.tfevents'), read('hparams-tensorboard.tfevents')];
    assert.deepEqual(x.parameters, { lr: 0.1, name: 'adam', nesterov: true, layers: 3 });
    assert.deepEqual(x.tags, { 'hparams.status': 'success' });
    assert.deepEqual(tensorboard.parameters, { lr: 1e-4, act: 'relu', bias: false, units: 64 });
    assert.deepEqual(tensorboard.tags, { 'hparams.status': 'failure' });
  });

  it('hold texts, images and histograms', () => {
    const told = [...read('tensorboardx.tfevents').media, ...read('tensors.tfevents').media].map(piece => {
      const { kind, key, step, text, histogram, bytes, mediaType, width, height } = piece;
      if (kind === 'text') return `${step} text ${key}: ${text ?? ''}`;
      if (kind === 'image')
        return `${step} ${mediaType ?? ''} ${key}: ${width ?? 0}×${height ?? 0}, ${bytes?.length ?? 0} bytes`;
      const counted = histogram?.counts.reduce((all, one) => all + one, 0) ?? 0;
      return `${step} ${kind} ${key}: ${counted} of ${histogram?.count ?? 0} in ${histogram?.ends.length ?? 0}`;
    });
    assert.deepEqual(told, [
      '4 text notes: a **bold** text with ünïcode',
      '2 image/png picture: 4×4, 99 bytes',
      '6 histogram weights: 1000 of 1000 in 50',
      '6 histogram constant: 10 of 10 in 1',
      '3 histogram table: 500 of 500 in 30',
      '3 histogram nothing: 0 of 0 in 0',
      '1 text one: single',
      '1 text several: first\nsecond',
      '2 image/png shots/0: 16×8, 1032 bytes',
      '2 image/png shots/1: 16×8, 1033 bytes',
    ]);
  });

  it('say what is left out', () => {
    assert.deepEqual(
      names.flatMap(name => read(name).problems),
      ['What is logged as pr_curves is left out.', 'What is logged as audio is left out.'],
    );
  });

  it('give the same points in columns, from a path and from bytes', async () => {
    for (const name of names) {
      const { points } = read(name);
      for (const file of [bytesOf(name), join(fixtures, name)]) {
        const media: string[] = [];
        const { series: columns } = await readEventFile(file, { media: piece => media.push(piece.kind) });
        assert.equal(media.length, read(name).media.length);
        for (const { key, steps, times, values } of columns) {
          const own = points.filter(point => point.key === key);
          assert.deepEqual(
            [...steps],
            own.map(point => point.step),
          );
          assert.deepEqual(
            [...times],
            own.map(point => point.time),
          );
          assert.deepEqual(
            [...values],
            own.map(point => point.value),
          );
        }
      }
    }
  });

  it('that are damaged end in values and problems: any cut and flip of bytes', () => {
    const change = fc.record({ at: fc.nat(), value: fc.nat(255), cut: fc.nat(3) });
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        (name, changes) => {
          const reader = new EventFileReader();
          const { points } = reader.push(changed(bytesOf(name), changes), 0);
          reader.end();
          // Only what lies before the damage is told, and it is right.
          assert.deepEqual(points, read(name).points.slice(0, points.length));
        },
      ),
    );
  });

  it('with records that are damaged under right checksums end in values and problems', () => {
    const change = fc.record({ at: fc.nat(), value: fc.nat(255), cut: fc.nat(3) });
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(fc.option(change, { freq: 2, nil: undefined }), { minLength: 1 }),
        (name, changes) => {
          const records = recordsOf(bytesOf(name)).map((data, index) => {
            const value = changes[index % changes.length];
            return record(value === undefined ? data : changed(data, [value]));
          });
          const reader = new EventFileReader();
          const { points, media, problems } = reader.push(Buffer.concat(records), 0);
          assert.equal(reader.dead, false);
          assert.ok(problems.length <= 50);
          for (const { step, time } of points) assert.ok(Number.isFinite(step) && Number.isFinite(time));
          // Whatever goes into the record of the run has to be JSON.
          for (const { histogram } of media)
            if (histogram !== undefined) assert.deepEqual(JSON.parse(JSON.stringify(histogram)), histogram);
        },
      ),
    );
  });
});

function changed(
  bytes: Buffer,
  changes: readonly { readonly at: number; readonly value: number; readonly cut: number }[],
): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (const { at, value, cut } of changes) {
    if (result.length === 0) return result;
    const place = at % result.length;
    if (cut > 0) result = Buffer.concat([result.subarray(0, place), result.subarray(place + cut)]);
    else result[place] = value;
  }
  return result;
}

function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    records.push(bytes.subarray(at + 12, at + 12 + length));
    at += length + 16;
  }
  return records;
}
