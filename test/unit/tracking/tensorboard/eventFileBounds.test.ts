import assert from 'node:assert/strict';
import { maskedCrc32c } from '../../../../src/tracking/tensorboard/crc32c.ts';
import { EventFileReader } from '../../../../src/tracking/tensorboard/eventFileReader.ts';
import { RecordFrames } from '../../../../src/tracking/tensorboard/recordFrames.ts';
import { record, scalarEvent, shape, summaryEvent, tensorValue } from '../../../helpers/eventFileWriter.ts';
import { protobufMessage, type WireField } from '../../../helpers/protobufWriter.ts';

/** The first twelve bytes of a record of this length, with a right checksum. */
function head(length: bigint): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64LE(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  bytes.writeUInt32LE(maskedCrc32c(bytes, view, 0, 8), 8);
  return bytes;
}

describe('an event file', () => {
  it('that promises a huge record is passed over up to its end, in pieces of any size', () => {
    for (const size of [1, 7, 1000]) {
      const told: string[] = [];
      const taken: number[] = [];
      const frames = new RecordFrames(
        (_bytes, _view, from, to) => taken.push(to - from),
        text => told.push(text),
        100,
      );
      const bytes = Buffer.concat([
        record(Buffer.alloc(5)),
        record(Buffer.alloc(101)),
        record(Buffer.alloc(100)),
      ]);
      for (let at = 0; at < bytes.length; at += size) frames.push(bytes.subarray(at, at + size));
      assert.deepEqual(taken, [5, 100]);
      assert.deepEqual(told, ['A record of 101 bytes at byte 21 is too long and is left out.']);
      assert.equal(frames.damage, undefined);
    }
  });

  it('that promises 2^63 bytes holds none of them', () => {
    const reader = new EventFileReader();
    const piece = Buffer.alloc(1024 * 1024);
    const [before, { problems }] = [process.memoryUsage().arrayBuffers, reader.push(head(2n ** 63n), 0)];
    for (let count = 0; count < 200; count++) reader.push(piece, 0);
    assert.ok(process.memoryUsage().arrayBuffers - before < 20 * 1024 * 1024);
    assert.equal(problems.length, 1);
    assert.equal(reader.dead, false);
  });

  it('that promises 60 MB takes memory only as they come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 100 }, () => {
      const reader = new EventFileReader();
      reader.push(head(60_000_000n), 0);
      return reader;
    });
    assert.ok(process.memoryUsage().arrayBuffers - before < 20 * 1024 * 1024);
    assert.equal(readers.length, 100);
  });

  it('with a record of megabytes in small pieces is read in one go', () => {
    const event = record(protobufMessage([{ field: 4, bytes: Buffer.alloc(5_000_000) }]));
    const bytes = Buffer.concat([event, scalarEvent('a', 1)]);
    const reader = new EventFileReader();
    let points = 0;
    for (let at = 0; at < bytes.length; at += 4096)
      points += reader.push(bytes.subarray(at, at + 4096), 0).points.length;
    assert.equal(points, 1);
  });

  it('with ever new tags keeps those of the beginning', () => {
    const reader = new EventFileReader();
    const { length } = scalarEvent('tag 000000', 1);
    const data = scalarEvent('tag 000000', 1).subarray(12, length - 4);
    const place = data.indexOf('000000');
    const event = (number: number): Buffer => {
      data.write(String(number).padStart(6, '0'), place);
      return record(data);
    };
    const { points, problems } = reader.push(
      Buffer.concat(Array.from({ length: 100_100 }, (_, number) => event(number))),
      0,
    );
    assert.equal(points.length, 100_000);
    assert.deepEqual(problems, ['Of more than 100000 tags the further ones are left out.']);
    // Each is found again, however many there were after it.
    const again = reader.push(Buffer.concat([5, 99_999, 100_000].map(event)), 0).points;
    assert.deepEqual(
      again.map(point => point.key),
      ['tag 000005', 'tag 099999'],
    );
  });

  it('with a tensor, image or histogram of countless parts gives a bounded number', () => {
    const empties: WireField[] = Array.from({ length: 4000 }, () => ({ field: 8, bytes: '' }));
    const texts = [{ field: 1, varint: 7 }, ...empties] as const;
    const endless = [{ field: 1, varint: 1 }, shape(2 ** 40, 3), { field: 5, float: 1 }] as const;
    const { media } = new EventFileReader().push(
      summaryEvent([
        tensorValue('images', 'images', texts),
        tensorValue('texts', 'text', texts),
        tensorValue('table', 'histograms', endless),
        tensorValue('scalar', 'scalars', endless),
      ]),
      0,
    );
    assert.equal(media.filter(piece => piece.kind === 'image').length, 100);
    assert.ok((media.find(piece => piece.kind === 'text')?.text?.length ?? 0) < 300_000);
    assert.ok((media.find(piece => piece.kind === 'histogram')?.histogram?.ends.length ?? 0) <= 10_000);
  });

  it('with a long text gives its beginning', () => {
    const text = [
      { field: 1, varint: 7 },
      { field: 8, bytes: 'x'.repeat(1_000_000) },
    ] as const;
    const [piece] = new EventFileReader().push(summaryEvent([tensorValue('t', 'text', text)]), 0).media;
    assert.equal(piece?.text, `${'x'.repeat(256 * 1024)}…`);
  });

  it('with messages in messages without end is read without recursion', () => {
    let nested: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 2000; depth++) nested = protobufMessage([{ field: 5, bytes: nested }]);
    const groups = Buffer.alloc(100_000, 0x2b);
    const { points } = new EventFileReader().push(
      Buffer.concat([record(nested), record(groups), scalarEvent('a', 1)]),
      0,
    );
    assert.equal(points.length, 1);
  });
});
