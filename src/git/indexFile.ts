/**
 * Reads a git index (versions 2 to 4) without git: which entries carry flags that hide edits, which are submodules.
 * Format: git's Documentation/gitformat-index. Only flags are ever changed, and only in a copy.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { BytePath } from './bytePath.ts';

/** One entry, read from the bytes of the file only as far as it is asked: most of many thousands never are. */
export class IndexEntry {
  readonly #bytes: Buffer;
  readonly #at: number;
  readonly #flagsAt: number;
  readonly #nameAt: number;
  readonly #nameEnd: number;
  readonly #prefix: string;

  constructor(place: EntryPlace) {
    this.#bytes = place.bytes;
    this.#at = place.at;
    this.#flagsAt = place.flagsAt;
    this.#nameAt = place.nameAt;
    this.#nameEnd = place.nameEnd;
    this.#prefix = place.prefix;
  }

  get path(): BytePath {
    return this.#prefix + this.#bytes.toString('latin1', this.#nameAt, this.#nameEnd);
  }

  /** As in a tree: 0o100644, 0o100755, 0o120000, 0o160000; 0o040000 for a folder of a sparse index. */
  get mode(): number {
    return this.#bytes.readUInt32BE(this.#at + 24);
  }

  get id(): string {
    return this.#bytes.toString('hex', this.#at + statBytes, this.#flagsAt);
  }

  /** On disk when the entry was last found equal, modulo 2^32; 0 also says "do not trust the times". */
  get size(): number {
    return this.#bytes.readUInt32BE(this.#at + 36);
  }

  get modifiedSeconds(): number {
    return this.#bytes.readUInt32BE(this.#at + 8);
  }

  get modifiedNanoseconds(): number {
    return this.#bytes.readUInt32BE(this.#at + 12);
  }

  /** 0 for a merged entry. */
  get stage(): number {
    return (this.#flags >> 12) & 3;
  }

  get assumeUnchanged(): boolean {
    return (this.#flags & assumeUnchangedBit) !== 0;
  }

  get skipWorktree(): boolean {
    return (
      (this.#flags & extendedBit) !== 0 &&
      (this.#bytes.readUInt16BE(this.#flagsAt + 2) & skipWorktreeBit) !== 0
    );
  }

  /** Notes in `bytes`, a copy of the file the entry was read from, that `stats` is the file that the entry stands for. */
  noteStats(bytes: Buffer, stats: BigIntStats): void {
    const second = 1_000_000_000n;
    const { ctimeNs, mtimeNs, dev, ino, uid, gid, size } = stats;
    const times = [ctimeNs / second, ctimeNs % second, mtimeNs / second, mtimeNs % second];
    const write = (value: bigint, at: number): unknown =>
      bytes.writeUInt32BE(Number(BigInt.asUintN(32, value)), this.#at + at);
    for (const [place, value] of [...times, dev, ino].entries()) write(value, place * 4);
    for (const [place, value] of [uid, gid, size].entries()) write(value, 28 + place * 4);
  }

  /** Clears both hiding flags in `bytes`, a copy of the file the entry was read from. */
  unhide(bytes: Buffer): void {
    bytes.writeUInt16BE(this.#flags & ~assumeUnchangedBit & 0xffff, this.#flagsAt);
    if ((this.#flags & extendedBit) === 0) return;
    const extended = bytes.readUInt16BE(this.#flagsAt + 2);
    bytes.writeUInt16BE(extended & ~skipWorktreeBit & 0xffff, this.#flagsAt + 2);
  }

  get #flags(): number {
    return this.#bytes.readUInt16BE(this.#flagsAt);
  }
}

interface EntryPlace {
  readonly bytes: Buffer;
  readonly at: number;
  readonly flagsAt: number;
  readonly nameAt: number;
  readonly nameEnd: number;
  /** Version 4 stores only what differs from the name before. */
  readonly prefix: string;
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
    const flagsAt = at + statBytes + idBytes;
    if (flagsAt + 4 > bytes.length) return undefined;
    const extended = version >= 3 && (bytes.readUInt16BE(flagsAt) & extendedBit) !== 0;
    const namesAt = flagsAt + (extended ? 4 : 2);
    const { nameAt, prefix } =
      version === 4 ? readPrefix(bytes, namesAt, previous) : { nameAt: namesAt, prefix: '' };
    const nameEnd = bytes.indexOf(0, nameAt);
    if (nameEnd < 0) return undefined;
    const entry = new IndexEntry({ bytes, at, flagsAt, nameAt, nameEnd, prefix });
    if (version === 4) previous = entry.path;
    entries.push(entry);
    // Versions 2 and 3 pad an entry with one to eight NULs to a multiple of eight bytes.
    at = version === 4 ? nameEnd + 1 : at + ((nameEnd - at + 8) & ~7);
  }
  return { entries, needsExpansion: hasExtension(bytes, at, idBytes, ['link', 'sdir']) };
}

/** A copy in which no entry is hidden from git's eyes by skip-worktree or assume-unchanged; the same bytes if none is. */
export function withoutHidingFlags(bytes: Buffer, index: IndexFile, idBytes: 20 | 32): Buffer {
  const hidden = index.entries.filter(entry => entry.assumeUnchanged || entry.skipWorktree);
  if (hidden.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  for (const entry of hidden) entry.unhide(copy);
  const end = copy.length - idBytes;
  createHash(idBytes === 20 ? 'sha1' : 'sha256')
    .update(copy.subarray(0, end))
    .digest()
    .copy(copy, end);
  return copy;
}

/** Offset encoding, as in packs: seven bits a byte, one added for every continuation. */
function readPrefix(bytes: Buffer, at: number, previous: string): { nameAt: number; prefix: string } {
  let nameAt = at;
  let byte = bytes[nameAt++] ?? 0;
  let strip = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[nameAt++] ?? 0;
    strip = ((strip + 1) << 7) | (byte & 0x7f);
  }
  return { nameAt, prefix: previous.slice(0, previous.length - strip) };
}

function hasExtension(bytes: Buffer, from: number, idBytes: number, names: readonly string[]): boolean {
  for (let at = from; at + 8 <= bytes.length - idBytes; at += 8 + bytes.readUInt32BE(at + 4)) {
    if (names.includes(bytes.toString('latin1', at, at + 4))) return true;
  }
  return false;
}
