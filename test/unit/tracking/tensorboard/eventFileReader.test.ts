import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SourceContent } from '../../../../src/tracking/sourceReader.ts';
import { EventFileReader } from '../../../../src/tracking/tensorboard/eventFileReader.ts';
import { readEventFile } from '../../../../src/tracking/tensorboard/readEventFile.ts';
import {
  fileVersion,
  metadata,
  record,
  scalarEvent,
  shape,
  simpleValue,
  summaryEvent,
  tensorValue,
} from '../../../helpers/eventFileWriter.ts';
import { protobufMessage, type WireField } from '../../../helpers/protobufWriter.ts';

const wallTime = 1_795_354_055.5;
const time = wallTime * 1000;

function read(...records: readonly Uint8Array[]): SourceContent {
  return new EventFileReader().push(Buffer.concat([fileVersion(), ...records]), 7);
}

function values(...records: readonly Uint8Array[]): unknown[] {
  return read(...records).points.map(({ key, step, value }) => [key, step, value]);
}

describe('EventFileReader', () => {
  it('reads a scalar as torch writes it', () => {
    const { points, problems } = read(scalarEvent('train/loss', 0.1, 300));
    assert.deepEqual(points, [{ key: 'train/loss', step: 300, time, value: Math.fround(0.1) }]);
    assert.deepEqual(problems, []);
  });

  for (const [what, number] of [
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['minus infinity', Number.NEGATIVE_INFINITY],
    ['minus zero', -0],
    ['the smallest float', 2 ** -149],
  ] as const)
    it(`keeps ${what}`, () => {
      assert.ok(Object.is(read(scalarEvent('a', number)).points[0]?.value, number));
    });

  for (const step of [0, 1, 127, 128, 2 ** 28 - 1, 2 ** 28, 2 ** 31, Number.MAX_SAFE_INTEGER, -1])
    it(`reads step ${step}`, () => {
      assert.equal(read(scalarEvent('a', 1, step)).points[0]?.step, step);
    });

  for (const [what, tensor, wanted] of [
    ['float', [{ field: 1, varint: 1 }, shape(), { field: 5, float: 0.5 }], 0.5],
    [
      'packed float',
      [
        { field: 1, varint: 1 },
        { field: 5, bytes: Buffer.from([0, 0, 0, 63]) },
      ],
      0.5,
    ],
    [
      'float as content',
      [
        { field: 1, varint: 1 },
        { field: 4, bytes: Buffer.from([0, 0, 0, 63]) },
      ],
      0.5,
    ],
    [
      'double',
      [
        { field: 1, varint: 2 },
        { field: 6, double: Math.PI },
      ],
      Math.PI,
    ],
    [
      'int32',
      [
        { field: 1, varint: 3 },
        { field: 7, varint: -5 },
      ],
      -5,
    ],
    [
      'int64',
      [
        { field: 1, varint: 9 },
        { field: 10, varint: 2 ** 40 },
      ],
      2 ** 40,
    ],
    [
      'int64 as content',
      [
        { field: 1, varint: 9 },
        { field: 4, bytes: Buffer.from([254, 255, 255, 255, 255, 255, 255, 255]) },
      ],
      -2,
    ],
    [
      'bool',
      [
        { field: 1, varint: 10 },
        { field: 11, varint: 1 },
      ],
      1,
    ],
    [
      'half',
      [
        { field: 1, varint: 19 },
        { field: 13, varint: 0x3555 },
      ],
      0.333251953125,
    ],
    [
      'subnormal half',
      [
        { field: 1, varint: 19 },
        { field: 13, varint: 0x8001 },
      ],
      -(2 ** -24),
    ],
    [
      'infinite half',
      [
        { field: 1, varint: 19 },
        { field: 13, varint: 0xfc00 },
      ],
      Number.NEGATIVE_INFINITY,
    ],
    [
      'half as content',
      [
        { field: 1, varint: 19 },
        { field: 4, bytes: Buffer.from([0, 0x3c]) },
      ],
      1,
    ],
    [
      'bfloat16',
      [
        { field: 1, varint: 14 },
        { field: 13, varint: 0x4049 },
      ],
      3.140625,
    ],
    [
      'bfloat16 as content',
      [
        { field: 1, varint: 14 },
        { field: 4, bytes: Buffer.from([0x80, 0xbf]) },
      ],
      -1,
    ],
    [
      'uint32',
      [
        { field: 1, varint: 22 },
        { field: 16, varint: 4e9 },
      ],
      4e9,
    ],
    [
      'uint8 as content',
      [
        { field: 1, varint: 4 },
        { field: 4, bytes: Buffer.from([200]) },
      ],
      200,
    ],
  ] as const satisfies readonly (readonly [string, readonly WireField[], number])[])
    it(`reads a ${what} tensor of the scalars plugin`, () => {
      assert.deepEqual(values(summaryEvent([tensorValue('a', 'scalars', tensor)], 4)), [['a', 4, wanted]]);
    });

  it('remembers what a tag is: only its first value says so', () => {
    const text = [{ field: 1, varint: 7 }, shape(), { field: 8, bytes: 'hello' }] as const;
    const { media } = read(
      summaryEvent([tensorValue('a/text_summary', 'text', text)], 1),
      summaryEvent([tensorValue('a/text_summary', undefined, text)], 2),
    );
    assert.deepEqual(media, [
      { kind: 'text', key: 'a', step: 1, time, text: 'hello' },
      { kind: 'text', key: 'a', step: 2, time, text: 'hello' },
    ]);
  });

  it('joins texts of several cells', () => {
    const several = [
      { field: 1, varint: 7 },
      shape(2),
      { field: 8, bytes: 'a' },
      { field: 8, bytes: 'ö' },
    ] as const;
    assert.equal(read(summaryEvent([tensorValue('t', 'text', several)])).media[0]?.text, 'a\nö');
  });

  it('reads images of both encodings', () => {
    const png = Buffer.from('\x89PNG....', 'latin1');
    const old: WireField[] = [
      { field: 1, bytes: 'old' },
      {
        field: 4,
        message: [
          { field: 1, varint: 8 },
          { field: 2, varint: 16 },
          { field: 4, bytes: png },
        ],
      },
    ];
    const tensor = ['16', '8', png, Buffer.from('GIF89a')].map(bytes => ({ field: 8, bytes }));
    const { media } = read(
      summaryEvent([old], 3),
      summaryEvent([tensorValue('new', 'images', [{ field: 1, varint: 7 }, shape(4), ...tensor])], 3),
    );
    const common = { kind: 'image', step: 3, time, width: 16, height: 8 };
    assert.deepEqual(
      media.map(piece => ({ ...piece, bytes: Buffer.from(piece.bytes ?? []).toString('latin1') })),
      [
        { ...common, key: 'old', bytes: '\x89PNG....', mediaType: 'image/png' },
        { ...common, key: 'new/0', bytes: '\x89PNG....', mediaType: 'image/png' },
        { ...common, key: 'new/1', bytes: 'GIF89a', mediaType: 'image/gif' },
      ],
    );
  });

  it('does not keep the bytes it was given', () => {
    const bytes = Buffer.concat([
      summaryEvent([
        [
          { field: 1, bytes: 'a' },
          { field: 4, message: [{ field: 4, bytes: 'image' }] },
        ],
      ]),
    ]);
    const [piece] = new EventFileReader().push(bytes, 0).media;
    bytes.fill(0);
    assert.equal(Buffer.from(piece?.bytes ?? []).toString(), 'image');
  });

  it('reads histograms of both encodings, without empty buckets at the ends', () => {
    const limits = Buffer.from(new Float64Array([-1, 0, 1, 2, Number.MAX_VALUE]).buffer);
    const counts = Buffer.from(new Float64Array([0, 2, 0, 3, 0]).buffer);
    const old: WireField[] = [
      { field: 1, bytes: 'old' },
      {
        field: 5,
        message: [
          { field: 1, double: -0.5 },
          { field: 2, double: 1.5 },
          { field: 3, double: 5 },
          { field: 4, double: 4.25 },
          { field: 6, bytes: limits },
          { field: 7, bytes: counts },
        ],
      },
    ];
    const rows = Buffer.from(new Float64Array([-1, 0, 4, 0, 1, 0, 1, 2, 6]).buffer);
    const table = [{ field: 1, varint: 2 }, shape(3, 3), { field: 4, bytes: rows }] as const;
    assert.deepEqual(
      read(summaryEvent([old, tensorValue('new', 'histograms', table)])).media.map(piece => piece.histogram),
      [
        { min: -0.5, max: 1.5, count: 5, sum: 4.25, ends: [0, 1, 1.5], counts: [2, 0, 3] },
        { min: -1, max: 2, count: 10, sum: null, ends: [0, 1, 2], counts: [4, 0, 6] },
      ],
    );
  });

  it('reads hyperparameters and the state of the hparams plugin', () => {
    const entry = (key: string, value: WireField): WireField => ({
      field: 1,
      message: [
        { field: 1, bytes: key },
        { field: 2, message: [value] },
      ],
    });
    const start = protobufMessage([
      {
        field: 3,
        message: [
          entry('lr', { field: 2, double: 0.1 }),
          entry('worst', { field: 2, double: Number.NaN }),
          entry('name', { field: 3, bytes: 'adam' }),
          entry('nesterov', { field: 4, varint: 1 }),
          entry('nothing', { field: 1, varint: 0 }),
          entry('list', { field: 6, message: [] }),
          entry('__proto__', { field: 3, bytes: 'x' }),
        ],
      },
    ]);
    const end = protobufMessage([{ field: 4, message: [{ field: 1, varint: 1 }] }]);
    const { parameters, tags, points, problems } = read(
      summaryEvent([[{ field: 1, bytes: '_hparams_/session_start_info' }, metadata('hparams', start)]]),
      summaryEvent([tensorValue('_hparams_/session_end_info', 'hparams', [{ field: 1, varint: 1 }], end)]),
    );
    assert.deepEqual(Object.entries(parameters), [
      ['lr', 0.1],
      ['worst', 'NaN'],
      ['name', 'adam'],
      ['nesterov', true],
      ['nothing', null],
      ['__proto__', 'x'],
    ]);
    assert.deepEqual(tags, { 'hparams.status': 'success' });
    assert.deepEqual([points, problems], [[], []]);
  });

  it('tells parameters and tags once', () => {
    const reader = new EventFileReader();
    const end = protobufMessage([{ field: 4, message: [{ field: 1, varint: 2 }] }]);
    const event = summaryEvent([[{ field: 1, bytes: 'x' }, metadata('hparams', end)]]);
    assert.deepEqual(reader.push(event, 0).tags, { 'hparams.status': 'failure' });
    assert.deepEqual(reader.push(scalarEvent('a', 1), 0).tags, {});
  });

  it('keeps every point of a restart, in order', () => {
    const start = record(
      protobufMessage([
        { field: 1, double: wallTime },
        { field: 2, varint: 2 },
        { field: 7, message: [{ field: 1, varint: 1 }] },
      ]),
    );
    assert.deepEqual(
      values(
        scalarEvent('a', 1, 1),
        scalarEvent('a', 2, 2),
        scalarEvent('a', 3, 3),
        start,
        scalarEvent('a', 9, 2),
      ),
      [
        ['a', 1, 1],
        ['a', 2, 2],
        ['a', 3, 3],
        ['a', 2, 9],
      ],
    );
  });

  it('passes over what is no metric, and says what is missed', () => {
    const audio: WireField[] = [
      { field: 1, bytes: 'sound' },
      { field: 6, message: [] },
    ];
    const { points, media, problems } = read(
      record(protobufMessage([{ field: 4, bytes: Buffer.alloc(100_000) }])),
      summaryEvent([audio, audio, tensorValue('c', 'custom_scalars', [{ field: 1, varint: 7 }])]),
      summaryEvent([
        tensorValue('many', undefined, [{ field: 1, varint: 1 }, shape(3), { field: 5, float: 1 }]),
      ]),
      scalarEvent('a', 1),
    );
    assert.deepEqual([points.length, media], [1, []]);
    assert.deepEqual(problems, ['What is logged as audio is left out.']);
  });

  it('passes over a scalar that is no float', () => {
    const field: WireField[] = [
      { field: 1, bytes: 'a' },
      { field: 2, double: 1 },
    ];
    assert.deepEqual(
      read(summaryEvent([field]), scalarEvent('b', 1)).points.map(point => point.key),
      ['b'],
    );
  });

  it('takes the time it is given where an event tells none', () => {
    for (const wall of [0, Number.NaN, -1, Number.POSITIVE_INFINITY, 1e300, 1e13])
      assert.equal(read(scalarEvent('a', 1, 1, wall)).points[0]?.time, 7);
    const [point] = read(
      record(protobufMessage([{ field: 5, message: [{ field: 1, message: simpleValue('a', 1) }] }])),
    ).points;
    assert.deepEqual(point, { key: 'a', step: 0, time: 7, value: 1 });
  });

  it('names what has no tag, and shortens a long one to a name of its own', () => {
    const [first, second] = [`${'x'.repeat(900)}1`, `${'x'.repeat(900)}2`];
    const keys = read(
      summaryEvent([[{ field: 2, float: 1 }]]),
      scalarEvent('', 1),
      scalarEvent(first, 1),
      scalarEvent(second, 1),
      scalarEvent('y'.repeat(5000), 1),
    );
    assert.deepEqual(
      keys.points.slice(0, 2).map(point => point.key),
      ['unnamed', 'unnamed'],
    );
    assert.equal(new Set(keys.points.map(point => point.key)).size, 3);
    assert.ok(keys.points.every(point => point.key.length <= 500));
    assert.deepEqual(keys.problems, ['A tag of more than 4096 bytes is left out.']);
  });

  describe('with damage', () => {
    const first = Buffer.concat([fileVersion(), scalarEvent('a', 1, 1)]);
    const second = scalarEvent('a', 2, 2);

    it('waits for the rest of a record that is torn at any byte', () => {
      const whole = Buffer.concat([first, second]);
      for (let cut = 0; cut <= whole.length; cut++) {
        const reader = new EventFileReader();
        const before = reader.push(whole.subarray(0, cut), 0);
        assert.equal(reader.dead, false);
        const after = reader.push(whole.subarray(cut), 0);
        assert.equal(before.points.length + after.points.length, 2);
        assert.deepEqual([...before.problems, ...after.problems, ...reader.end().problems], []);
      }
    });

    for (const [what, at, words] of [
      ['its length', 0, /its length is wrong/],
      ['the checksum of its length', 8, /its length is wrong/],
      ['its data', 20, /its checksum is wrong/],
      ['the checksum of its data', second.length - 1, /its checksum is wrong/],
    ] as const)
      it(`stops at a record with a flipped bit in ${what}, and says where`, () => {
        const damaged = Buffer.from(second);
        damaged[at] = (damaged[at] ?? 0) ^ 4;
        const reader = new EventFileReader();
        const { points, problems } = reader.push(Buffer.concat([first, damaged, scalarEvent('a', 3, 3)]), 0);
        assert.deepEqual(
          points.map(point => point.step),
          [1],
        );
        assert.equal(reader.dead, true);
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? '', words);
        assert.match(problems[0] ?? '', new RegExp(`byte ${first.length}\\b`));
        assert.deepEqual(reader.push(second, 0).points, []);
      });

    it('leaves out a record that is no event, and goes on', () => {
      const { points, problems } = read(record(Buffer.from([0x0e, 1, 2])), scalarEvent('a', 1));
      assert.equal(points.length, 1);
      assert.deepEqual(problems, ['A record that is no event is left out.']);
    });
  });

  describe('for any file', () => {
    const tag = fc.constantFrom('loss', 'val/loss', 'x'.repeat(120), 'x'.repeat(130), 'ö🙂', '');
    const anyStep = fc.oneof(fc.nat(300), fc.maxSafeInteger());
    const scalar = fc.record({
      tag,
      step: anyStep,
      value: fc.float(),
      wall: fc.double({ min: 1, max: 2e9, noNaN: true }),
    });

    it('reads back what was written, in pieces of any size, as points and as columns', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(scalar, { maxLength: 40 }),
          fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
          async (scalars, sizes) => {
            const bytes = Buffer.concat([
              fileVersion(),
              ...scalars.map(({ tag, step, value, wall }) => scalarEvent(tag, value, step, wall)),
            ]);
            const reader = new EventFileReader();
            const points: unknown[] = [];
            for (let at = 0, piece = 0; at < bytes.length; piece++) {
              const size = sizes[piece % sizes.length] ?? 1;
              points.push(...reader.push(bytes.subarray(at, at + size), 0).points);
              at += size;
            }
            const wanted = scalars.map(({ tag, step, value, wall }) => ({
              key: tag === '' ? 'unnamed' : tag,
              step: step === 0 ? 0 : step,
              time: wall * 1000,
              value,
            }));
            assert.deepEqual(points, wanted);
            const { series } = await readEventFile(bytes);
            for (const { key, steps, times, values } of series) {
              const own = wanted.filter(point => point.key === key);
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
            assert.equal(new Set(wanted.map(point => point.key)).size, series.length);
          },
        ),
      );
    });

    it('reads the plain forms and any other order of the same fields alike', () => {
      const tensor = (value: number, how: 'content' | 'packed' | 'single'): WireField[] => {
        const bytes = Buffer.alloc(4);
        bytes.writeFloatLE(value);
        const data: Record<typeof how, WireField> = {
          content: { field: 4, bytes },
          packed: { field: 5, bytes },
          single: { field: 5, float: value },
        };
        return [{ field: 1, varint: 1 }, shape(), data[how]];
      };
      const form = fc.constantFrom('simple', 'content', 'packed', 'single');
      fc.assert(
        fc.property(
          scalar,
          form,
          fc.boolean(),
          fc.boolean(),
          ({ tag, step, value, wall }, how, known, said) => {
            const fields = (plugin: string | undefined): WireField[] =>
              how === 'simple' ? simpleValue(tag, value) : tensorValue(tag, plugin, tensor(value, how));
            const first = summaryEvent([fields(known ? 'scalars' : 'other')], 1);
            const plain = summaryEvent([fields(said ? 'scalars' : undefined)], step, wall);
            const turned = record(
              protobufMessage([
                {
                  field: 5,
                  message: [{ field: 1, message: fields(said ? 'scalars' : undefined).reverse() }],
                },
                { field: 2, varint: step },
                { field: 1, double: wall },
                { field: 99, varint: 1 },
              ]),
            );
            assert.deepEqual(read(first, turned).points, read(first, plain).points);
            assert.equal(read(first, plain).points.length, how === 'simple' || known ? 2 : 0);
          },
        ),
      );
    });

    it('takes records of any bytes', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 120 })), contents => {
          const { points } = read(...contents.map(record));
          for (const { step, time: at } of points) assert.ok(Number.isFinite(step) && Number.isFinite(at));
        }),
      );
    });

    it('takes any bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
          const reader = new EventFileReader();
          assert.deepEqual(reader.push(bytes, 0).points, []);
          assert.equal(reader.dead, bytes.length >= 12);
        }),
      );
    });
  });
});
