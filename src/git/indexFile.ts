/**
 * Reads a git index (versions 2 to 4) without git: which entries carry flags that hide edits, which are submodules.
 * Format: git's Documentation/gitformat-index. Only flags are ever changed, and only in a copy.
 */
import { createHash } from 'node:crypto';
import type { BytePath } from './bytePath.ts';

export interface IndexEntry {
  readonly path: BytePath;
  /** As in a tree: 0o100644, 0o100755, 0o120000, 0o160000; 0o040000 for a folder of a sparse index. */
  readonly mode: number;
  readonly id: string;
  /** On disk when the entry was last found equal, modulo 2^32; 0 also says "do not trust the times". */
  readonly size: number;
  readonly modifiedSeconds: number;
  readonly modifiedNanoseconds: number;
  /** 0 for a merged entry. */
  readonly stage: number;
  readonly assumeUnchanged: boolean;
  readonly skipWorktree: boolean;
  /** Byte positions of the two flag words, for {@link withoutHidingFlags}. */
  readonly flagsAt: number;
  readonly extendedFlagsAt: number | undefined;
}

export interface IndexFile {
  readonly entries: readonly IndexEntry[];
  /** The entries lie partly in another file (split index) or stand for folders (sparse index): git must expand them. */
  readonly needsExpansion: boolean;
}

const assumeUnchangedBit = 0x8000;
const extendedBit = 0x4000;
const skipWorktreeBit = 0x4000;
const statBytes = 40;

/** Undefined when the bytes are no index that this reader understands; git then has to be asked. */
export function readIndexFile(bytes: Buffer, idBytes: 20 | 32): IndexFile | undefined {
  if (bytes.length < 12 + idBytes || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const count = bytes.readUInt32BE(8);
  const entries: IndexEntry[] = [];
  let at = 12;
  let previous = '';
  for (let index = 0; index < count; index++) {
    if (at + statBytes + idBytes + 2 > bytes.length) return undefined;
    const flagsAt = at + statBytes + idBytes;
    const flags = bytes.readUInt16BE(flagsAt);
    const extended = version >= 3 && (flags & extendedBit) !== 0;
    const extendedFlagsAt = extended ? flagsAt + 2 : undefined;
    const name = readName(bytes, flagsAt + (extended ? 4 : 2), version, previous, at);
    if (name === undefined) return undefined;
    previous = name.path;
    entries.push({
      path: name.path,
      mode: bytes.readUInt32BE(at + 24),
      id: bytes.toString('hex', at + statBytes, flagsAt),
      size: bytes.readUInt32BE(at + 36),
      modifiedSeconds: bytes.readUInt32BE(at + 8),
      modifiedNanoseconds: bytes.readUInt32BE(at + 12),
      stage: (flags >> 12) & 3,
      assumeUnchanged: (flags & assumeUnchangedBit) !== 0,
      skipWorktree:
        extendedFlagsAt !== undefined && (bytes.readUInt16BE(extendedFlagsAt) & skipWorktreeBit) !== 0,
      flagsAt,
      extendedFlagsAt,
    });
    at = name.end;
  }
  return { entries, needsExpansion: hasExtension(bytes, at, idBytes, ['link', 'sdir']) };
}

/** A copy in which no entry is hidden from git's eyes by skip-worktree or assume-unchanged; the same bytes if none is. */
export function withoutHidingFlags(bytes: Buffer, index: IndexFile, idBytes: 20 | 32): Buffer {
  const hidden = index.entries.filter(entry => entry.assumeUnchanged || entry.skipWorktree);
  if (hidden.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  for (const { flagsAt, extendedFlagsAt } of hidden) {
    copy.writeUInt16BE(copy.readUInt16BE(flagsAt) & ~assumeUnchangedBit & 0xffff, flagsAt);
    if (extendedFlagsAt !== undefined)
      copy.writeUInt16BE(copy.readUInt16BE(extendedFlagsAt) & ~skipWorktreeBit & 0xffff, extendedFlagsAt);
  }
  const end = copy.length - idBytes;
  createHash(idBytes === 20 ? 'sha1' : 'sha256')
    .update(copy.subarray(0, end))
    .digest()
    .copy(copy, end);
  return copy;
}

function readName(
  bytes: Buffer,
  at: number,
  version: number,
  previous: string,
  entryAt: number,
): { path: BytePath; end: number } | undefined {
  let start = at;
  let prefix = '';
  if (version === 4) {
    // Offset encoding, as in packs: seven bits a byte, one added for every continuation.
    let byte = bytes[start++] ?? 0;
    let strip = byte & 0x7f;
    while ((byte & 0x80) !== 0) {
      byte = bytes[start++] ?? 0;
      strip = ((strip + 1) << 7) | (byte & 0x7f);
    }
    prefix = previous.slice(0, previous.length - strip);
  }
  const end = bytes.indexOf(0, start);
  if (end < 0) return undefined;
  const path = prefix + bytes.toString('latin1', start, end);
  // Versions 2 and 3 pad an entry with one to eight NULs to a multiple of eight bytes.
  return { path, end: version === 4 ? end + 1 : entryAt + ((end - entryAt + 8) & ~7) };
}

function hasExtension(bytes: Buffer, from: number, idBytes: number, names: readonly string[]): boolean {
  for (let at = from; at + 8 <= bytes.length - idBytes; at += 8 + bytes.readUInt32BE(at + 4)) {
    if (names.includes(bytes.toString('latin1', at, at + 4))) return true;
  }
  return false;
}
