/** Writes a small `.wandb` file of one block, as the client does at the end of a short run. */
import { crc32 } from 'node:zlib';
import { protobufMessage } from './protobufWriter.ts';
import type { WireField } from './protobufWriter.ts';

export interface WandbRun {
  readonly name?: string;
  /** Seconds since the epoch. */
  readonly start: number;
  readonly config?: Readonly<Record<string, unknown>>;
  /** One line of history each; the step is its place. */
  readonly history: readonly Readonly<Record<string, number>>[];
  /** Absent: it was killed. */
  readonly exitCode?: number;
}

export function wandbFile({ name, start, config = {}, history, exitCode }: WandbRun): Buffer {
  const items = (values: Readonly<Record<string, unknown>>, keyField: number, valueField: number) =>
    Object.entries(values).map(([key, value]) => ({
      field: 1,
      message: [
        { field: keyField, bytes: key },
        { field: valueField, bytes: JSON.stringify(value) },
      ],
    }));
  const run: WireField[] = [
    { field: 4, message: items(config, 1, 16).map(({ message }) => ({ field: 1, message })) },
    ...(name === undefined ? [] : [{ field: 8, bytes: name }]),
    { field: 17, message: [{ field: 1, varint: start }] },
  ];
  const records: WireField[][] = [
    [{ field: 17, message: run }],
    ...history.map((values, step): WireField[] => [
      { field: 2, message: items({ ...values, _step: step, _timestamp: start + step }, 1, 16) },
    ]),
    ...(exitCode === undefined ? [] : [[{ field: 18, message: [{ field: 1, varint: exitCode }] }]]),
  ];
  return Buffer.concat([
    Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0]),
    ...records.map(fields => chunkOf(protobufMessage(fields))),
  ]);
}

function chunkOf(data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from([1]), data]);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(crc32(typed), 0);
  head.writeUInt16LE(data.length, 4);
  return Buffer.concat([head, typed]);
}
