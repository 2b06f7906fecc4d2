/** Writes event files of TensorBoard for tests, byte by byte as its own writers do. */
import { maskedCrc32c } from '../../src/tracking/tensorboard/crc32c.ts';
import { protobufMessage, type WireField } from './protobufWriter.ts';

/** A TFRecord with right checksums. */
export function record(data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(data.length + 16);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  bytes.writeBigUInt64LE(BigInt(data.length));
  bytes.writeUInt32LE(maskedCrc32c(bytes, view, 0, 8), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(maskedCrc32c(bytes, view, 12, 12 + data.length), 12 + data.length);
  return bytes;
}

/** The first record of every event file. */
export function fileVersion(wallTime = 1_795_354_055.5): Buffer {
  return record(
    protobufMessage([
      { field: 1, double: wallTime },
      { field: 3, bytes: 'brain.Event:2' },
    ]),
  );
}

/** An event with a summary of these values, each given by its fields. A step of 0 is left out, as proto3 has it. */
export function summaryEvent(
  values: readonly (readonly WireField[])[],
  step = 0,
  wallTime = 1_795_354_055.5,
): Buffer {
  return record(
    protobufMessage([
      { field: 1, double: wallTime },
      ...(step === 0 ? [] : [{ field: 2, varint: step }]),
      { field: 5, message: values.map(message => ({ field: 1, message })) },
    ]),
  );
}

/** As torch, tensorboardX and TensorFlow 1 write scalars. */
export function scalarEvent(tag: string, value: number, step = 0, wallTime = 1_795_354_055.5): Buffer {
  return summaryEvent([simpleValue(tag, value)], step, wallTime);
}

export function simpleValue(tag: string, value: number): WireField[] {
  return [
    { field: 1, bytes: tag },
    { field: 2, float: value },
  ];
}

/** A value with a tensor, as TensorFlow 2 writes everything. @param plugin Left out: no metadata. */
export function tensorValue(
  tag: string,
  plugin: string | undefined,
  tensor: readonly WireField[],
  content?: Uint8Array,
): WireField[] {
  return [
    { field: 1, bytes: tag },
    { field: 8, message: tensor },
    ...(plugin === undefined ? [] : [metadata(plugin, content)]),
  ];
}

export function metadata(plugin: string, content?: Uint8Array): WireField {
  const data: WireField[] = [{ field: 1, bytes: plugin }];
  if (content !== undefined) data.push({ field: 2, bytes: content });
  return { field: 9, message: [{ field: 1, message: data }] };
}

export function shape(...sizes: readonly number[]): WireField {
  return { field: 2, message: sizes.map(size => ({ field: 2, message: [{ field: 1, varint: size }] })) };
}
