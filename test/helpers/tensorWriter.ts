/** Files of tensors as their libraries write them, made byte by byte so that tests can also write what no library would. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface WrittenTensor {
  readonly name: string;
  /** Of safetensors (`F32`) or of numpy (`<f4`), as the format wants it. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly data: Buffer;
  readonly fortranOrder?: boolean;
}

export function safetensorsFile(
  tensors: readonly WrittenTensor[],
  metadata?: Readonly<Record<string, string>>,
): Buffer {
  let at = 0;
  const entries = tensors.map(({ name, type, shape, data }) => {
    const entry = [name, { dtype: type, shape, data_offsets: [at, at + data.length] }] as const;
    at += data.length;
    return entry;
  });
  const header: Record<string, unknown> = Object.fromEntries<unknown>([
    ...(metadata === undefined ? [] : [['__metadata__', metadata] as const]),
    ...entries,
  ]);
  return rawSafetensors(JSON.stringify(header), Buffer.concat(tensors.map(({ data }) => data)));
}

export function rawSafetensors(header: string, data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), data]);
}

export function npyFile({ type, shape, data, fortranOrder = false }: Omit<WrittenTensor, 'name'>): Buffer {
  const lengths = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(', ');
  const descr = type.startsWith('[') ? type : `'${type}'`;
  const order = fortranOrder ? 'True' : 'False';
  return rawNpy(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': (${lengths}), }`, data);
}

export function rawNpy(heading: string, data: Buffer): Buffer {
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY', 'latin1');
  start[6] = 1;
  const text = heading.padEnd(Math.ceil((heading.length + 11) / 64) * 64 - 11) + '\n';
  start.writeUInt16LE(text.length, 8);
  return Buffer.concat([start, Buffer.from(text, 'latin1'), data]);
}

export interface ZipOptions {
  readonly compressed?: boolean;
  /** DOS date and time. */
  readonly time?: number;
}

/** @param members Name (with its ending) and content. */
export function zipFile(
  members: readonly (readonly [string, Buffer])[],
  { compressed = false, time = 0x21_0000 }: ZipOptions = {},
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of members) {
    const stored = compressed ? deflateRawSync(content) : content;
    const label = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(compressed ? 8 : 0, 4);
    facts.writeUInt32LE(time, 6);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(stored.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(label.length, 22);
    facts.copy(local, 4);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    facts.copy(central, 6);
    central.writeUInt32LE(at, 42);
    parts.push(local, label, stored);
    directory.push(central, label);
    at += local.length + label.length + stored.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}

export function npzFile(tensors: readonly WrittenTensor[], options?: ZipOptions): Buffer {
  return zipFile(
    tensors.map(tensor => [`${tensor.name}.npy`, npyFile(tensor)]),
    options,
  );
}

export function float32(...values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}
