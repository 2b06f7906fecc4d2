import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { readerFor } from '../../../../src/tracking/detectSource.ts';
import { WandbReader } from '../../../../src/tracking/wandb/wandbReader.ts';
import { protobufMessage } from '../../../helpers/protobufWriter.ts';
import type { WireField } from '../../../helpers/protobufWriter.ts';
import { pointText, readInPieces } from '../../../helpers/readSource.ts';

const folder = new URL('../../../fixtures/sources/wandb/', import.meta.url);
/** An offline run of wandb 0.31.0, and what its own protobuf classes read out of it: key, step, value, seconds. */
const real = readFileSync(new URL('offline-0.31.0.wandb', folder));
const truth = JSON.parse(readFileSync(new URL('offline-0.31.0.truth.json', folder), 'utf8')) as [
  key: string,
  step: number,
  value: number | string,
  seconds: number,
][];

describe('a real offline run of W&B', () => {
  const content = readInPieces(new WandbReader(), real);

  it('gives every point of its history, in order, with its step and its moment', () => {
    const logged = content.points.filter(
      ({ key }) => !key.startsWith('system/') && !['best', 'val/loss/min'].includes(key),
    );
    assert.deepEqual(
      logged.map(({ key, step, value, time }) => [key, step, value, time]),
      truth.map(([key, step, value, seconds]) => [
        key,
        step,
        typeof value === 'string' ? Number(value.replace('inf', 'Infinity')) : value,
        seconds * 1000,
      ]),
    );
    assert.equal(logged.length, 70 * 4 + 4 + 3 + 2);
  });

  it('gives what is only in the summary at its last step', () => {
    const step = truth.at(-1)?.[1];
    const extra = content.points.filter(({ key }) => ['best', 'val/loss/min'].includes(key));
    assert.equal(pointText({ points: extra }), `val/loss/min@${step}=2 best@${step}=0.9`);
  });

  it('gives its config, name and labels', () => {
    assert.deepEqual(content.parameters, {
      lr: 0.1,
      'opt.name': 'adam',
      'opt.betas': '[0.9,0.999]',
      none: null,
      flag: true,
      late: 5,
    });
    assert.equal(content.name, 'brave run');
    const { 'wandb.run_id': id, ...tags } = content.tags;
    assert.match(id ?? '', /^[a-z0-9]{8}$/);
    assert.deepEqual(tags, {
      'wandb.project': 'digits',
      'wandb.group': 'grp',
      'wandb.job_type': 'train',
      'wandb.notes': 'a note',
      'wandb.tags': 't1, t2',
    });
  });

  it('names its media where they lie', () => {
    assert.deepEqual(
      content.media.map(({ kind, key, step, file, width, height }) => [
        `${kind} ${key}@${step}`,
        file?.replace(/_[0-9a-f]{20}/, '_…'),
        width,
        height,
      ]),
      [
        ['image img@80', 'media/images/img_80_….png', 5, 4],
        ['histogram hist@80', undefined, undefined, undefined],
        ['image imgs/0@81', 'media/images/imgs_81_….png', 5, 4],
        ['image imgs/1@81', 'media/images/imgs_81_….png', 5, 4],
        ['table tab@82', 'media/table/tab_82_….table.json', undefined, undefined],
      ],
    );
    const histogram = content.media[1]?.histogram;
    assert.equal(histogram?.ends.length, 64);
    assert.equal(histogram.count, 4);
    assert.deepEqual([histogram.min, histogram.max], [1, 3]);
    const found = readerFor('/w/a b/wandb/run-1-x/run-x.wandb', real.subarray(0, 100));
    assert.equal(found?.mediaFolder, '/w/a b/wandb/run-1-x/files');
  });

  it('says how it ended', () => {
    const reader = new WandbReader();
    reader.push(real, 0);
    assert.equal(reader.exitCode, 0);
    assert.ok((reader.startedAt ?? 0) > 1.7e12 && (reader.lastTime ?? 0) >= (reader.startedAt ?? 0));
    assert.deepEqual(content.problems, []);
  });

  it('tells the same however it grows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(real.length), { maxLength: 30 }), cuts => {
        assert.deepEqual(readInPieces(new WandbReader(), real, cuts).points, content.points);
      }),
      { numRuns: 30 },
    );
  });

  it('that was killed has everything up to the last whole record', () => {
    const cut = readInPieces(new WandbReader(), real.subarray(0, 20_000));
    assert.ok(cut.points.length > 50);
    assert.deepEqual(
      cut.points.filter(({ key }) => key === 'loss'),
      content.points
        .filter(({ key }) => key === 'loss')
        .slice(0, cut.points.filter(({ key }) => key === 'loss').length),
    );
    assert.deepEqual(cut.problems, []);
  });

  it('with a damaged block loses that block, and says so', () => {
    const damaged = Buffer.from(real);
    damaged[5000] = (damaged[5000] ?? 0) ^ 0xff;
    const left = readInPieces(new WandbReader(), damaged);
    assert.ok(left.points.length > 20 && left.points.length < content.points.length);
    assert.equal(
      pointText({ points: left.points.slice(-2) }),
      pointText({ points: content.points.slice(-2) }),
    );
    assert.match(left.problems.join(), /^damaged at byte \d+: what follows within 32 KiB is left out$/);
  });
});

/** A transaction log with these records, framed as the client does. */
function logOf(records: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0])];
  let offset = 7;
  for (const record of records) {
    let at = 0;
    do {
      let left = 32_768 - (offset % 32_768);
      if (left < 7) {
        parts.push(Buffer.alloc(left));
        offset += left;
        left = 32_768;
      }
      const piece = record.subarray(at, at + left - 7);
      const isLast = at + piece.length === record.length;
      const type = at === 0 ? (isLast ? 1 : 2) : isLast ? 4 : 3;
      const typed = Buffer.concat([Buffer.from([type]), piece]);
      const head = Buffer.alloc(6);
      head.writeUInt32LE(crc32(typed), 0);
      head.writeUInt16LE(piece.length, 4);
      parts.push(head, typed);
      offset += 7 + piece.length;
      at += piece.length;
    } while (at < record.length);
  }
  return Buffer.concat(parts);
}

function item(key: string, json: string): WireField {
  return {
    field: 1,
    message: [
      { field: 1, bytes: key },
      { field: 16, bytes: json },
    ],
  };
}

function historyOf(step: number, items: readonly WireField[]): Buffer {
  const message: WireField[] = [...items, { field: 2, message: [{ field: 1, varint: step }] }];
  return protobufMessage([{ field: 2, message }]);
}

describe('a .wandb file', () => {
  it('with records over several blocks', () => {
    const long = historyOf(1, [item('note', JSON.stringify('x'.repeat(100_000))), item('loss', '0.5')]);
    const records = [long, historyOf(2, [item('loss', '0.25')]), long];
    assert.equal(
      pointText(readInPieces(new WandbReader(), logOf(records), [40_000, 70_000])),
      'loss@1=0.5 loss@2=0.25 loss@1=0.5',
    );
  });

  it('with records that end anywhere at the end of a block', () => {
    for (let length = 32_700; length < 32_780; length++) {
      const first = historyOf(1, [item('note', JSON.stringify('x'.repeat(length - 40)))]);
      const log = logOf([first, historyOf(2, [item('loss', '1')])]);
      assert.equal(pointText(readInPieces(new WandbReader(), log)), 'loss@2=1', String(length));
    }
  });

  it('of older clients, whose values are nested JSON', () => {
    const record = historyOf(4, [
      item('loss', 'NaN'),
      item('nest', '{"a": 1, "b": {"c": -Infinity}}'),
      item('img', '{"_type": "image-file", "path": "media/images/a.png", "width": 3, "height": 2}'),
      item(
        'h',
        '{"_type": "histogram", "values": [1, 2], "packedBins": {"min": 0, "size": 0.5, "count": 2}}',
      ),
    ]);
    const content = readInPieces(new WandbReader(), logOf([record]));
    assert.equal(pointText(content), 'loss@4=NaN nest/a@4=1 nest/b/c@4=-Infinity');
    assert.deepEqual(
      content.media.map(({ key, file, histogram }) => [key, file, histogram?.ends]),
      [
        ['img', 'media/images/a.png', undefined],
        ['h', undefined, [0.5, 1]],
      ],
    );
  });

  it('of newer clients, whose values have types', () => {
    const typed = (key: string, value: WireField): WireField => ({
      field: 1,
      message: [{ field: 2, bytes: key }, value],
    });
    const record = historyOf(4, [
      typed('a', { field: 6, double: 0.5 }),
      typed('b', { field: 5, varint: -3 }),
      typed('c', { field: 7, bytes: 'text' }),
      typed('d', { field: 4, varint: 1 }),
      typed('e', { field: 8, bytes: '{"f": 2}' }),
    ]);
    assert.equal(pointText(readInPieces(new WandbReader(), logOf([record]))), 'a@4=0.5 b@4=-3 e/f@4=2');
  });

  it('of the machine', () => {
    const record = protobufMessage([
      {
        field: 7,
        message: [
          {
            field: 2,
            message: [
              { field: 1, varint: 1767225600 },
              { field: 2, varint: 500_000_000 },
            ],
          },
          {
            field: 3,
            message: [
              { field: 1, bytes: 'gpu.0.temp' },
              { field: 16, bytes: '43' },
            ],
          },
        ],
      },
    ]);
    const content = readInPieces(new WandbReader(), logOf([record, record]));
    assert.equal(pointText(content), 'system/gpu.0.temp@0=43 system/gpu.0.temp@1=43');
    assert.equal(content.points[0]?.time, 1767225600500);
  });

  it('never leads out of its folder, nor to a name that is special', () => {
    const record = historyOf(1, [
      item('a', '{"_type": "image-file", "path": "../../../etc/passwd"}'),
      item('b', '{"_type": "image-file", "path": "/etc/passwd"}'),
      item('c', '{"_type": "images/separated", "filenames": ["..\\\\x.png", "ok.png"]}'),
      item('__proto__', '{"loss": 1, "__proto__": {"x": 2}}'),
      item('constructor', '3'),
    ]);
    const config = protobufMessage([
      { field: 5, message: [item('__proto__', '1'), item('hub_token', '"abcdefgh"'), item('lr', '0.1')] },
    ]);
    const content = readInPieces(new WandbReader(), logOf([config, record]));
    assert.deepEqual(
      content.media.map(({ file }) => file),
      ['ok.png'],
    );
    assert.equal(pointText(content), '__proto__/loss@1=1 __proto__/__proto__/x@1=2 constructor@1=3');
    assert.deepEqual(content.parameters, { hub_token: '<secret>', lr: 0.1 });
  });

  it('that is none, or of a version to come, is left alone', () => {
    for (const [bytes, problem] of [
      [Buffer.from('PK\u0003\u0004 something else'), 'this is no .wandb file'],
      [Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 3]), 'version 3 of .wandb files is not known here'],
    ] as const) {
      const reader = new WandbReader();
      assert.deepEqual(reader.push(bytes, 0).problems, [problem]);
      assert.equal(reader.dead, true);
      assert.deepEqual(reader.push(real, 0).points, []);
    }
    assert.equal(readerFor('/w/x.wandb', Buffer.from('something')), undefined);
    assert.equal(readerFor('/w/x.wandb', Buffer.from(':W'))?.kind, 'wandb');
  });

  it('with any damage ends in values and problems', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(real.length),
        fc.uint8Array({ maxLength: 50 }),
        (flips, cut, inserted) => {
          const bytes = Buffer.from(real);
          for (const [at, byte] of flips) bytes[at] = byte;
          const mixed = Buffer.concat([bytes.subarray(0, cut), inserted, bytes.subarray(cut)]);
          readInPieces(new WandbReader(), mixed);
          // Past the checksums: damage that only the messages show.
          readInPieces(new WandbReader(), logOf([bytes.subarray(14, cut), Buffer.from(inserted)]));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('with a record without end holds a bounded part of it', () => {
    const reader = new WandbReader();
    reader.push(Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0]), 0);
    const block = (length: number, type: number): Buffer => {
      const typed = Buffer.alloc(length + 1, 7);
      typed[0] = type;
      const head = Buffer.alloc(6);
      head.writeUInt32LE(crc32(typed), 0);
      head.writeUInt16LE(length, 4);
      return Buffer.concat([head, typed]);
    };
    reader.push(block(32_768 - 14, 2), 0);
    const middle = block(32_768 - 7, 3);
    const problems: string[] = [];
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 8000; i++) problems.push(...reader.push(middle, 0).problems);
    assert.deepEqual(problems, ['a record is larger than 16 MiB: it was left out']);
    assert.ok(process.memoryUsage().rss - before < 150 * 1024 * 1024);
  });
});
