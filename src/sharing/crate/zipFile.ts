/**
 * Writes zip archives (APPNOTE 6.3, without the extensions for more than 65,535 entries or 4 GiB), with the modes and
 * symbolic links of Unix. The same entries make the same bytes: times are those of the format's beginning.
 */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  /** Relative, forward slashes, no `..`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** `link`: `bytes` are its target. */
  readonly kind: 'file' | 'executable' | 'link';
}

const mostEntries = 65_535;
/** Of an archive without extensions. */
export const mostZipBytes = 0xffff_ffff;

const modes = { file: 0o100644, executable: 0o100755, link: 0o120777 } as const;
/** 1 January 1980, 00:00. */
const date = 0x0021;
/** Names are UTF-8. */
const flags = 0x0800;

/** Throws a RangeError for more than the format holds. */
export function zipFile(entries: readonly ZipEntry[]): Buffer {
  if (entries.length > mostEntries) throw new RangeError('too many entries for a zip file');
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, bytes, kind } of entries) {
    const name = Buffer.from(path, 'utf8');
    const deflated = deflateRawSync(bytes);
    const stored = deflated.length >= bytes.length;
    const content = stored ? Buffer.from(bytes) : deflated;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(stored ? 0 : 8, 4);
    common.writeUInt16LE(date, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\u0003\u0004', 'latin1'), common, name, content);
    const entry = Buffer.alloc(46);
    entry.write('PK\u0001\u0002', 0, 'latin1');
    // Made by Unix, so that modes count.
    entry.writeUInt16LE((3 << 8) | 20, 4);
    common.copy(entry, 6);
    entry.writeUInt32LE((modes[kind] << 16) >>> 0, 38);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, name);
    offset += 4 + common.length + name.length + content.length;
    if (offset > mostZipBytes) throw new RangeError('too large for a zip file');
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
