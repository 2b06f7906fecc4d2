/**
 * The framing of a `.wandb` file: a LevelDB log whose first block begins with a header of its own and whose checksums
 * are CRC-32 (IEEE). Damage costs the rest of its block of 32 KiB, and the record that reaches into it; an unfinished
 * chunk is waited for. Format: wandb `core/pkg/leveldb/record.go`.
 */
import { crc32 } from 'node:zlib';
import { PendingBytes } from '../files/pendingBytes.ts';

const blockBytes = 32 * 1024;
const chunkHeaderBytes = 7;
const fileHeaderBytes = 7;
const chunk = { full: 1, first: 2, middle: 3, last: 4 } as const;
const mostRecordBytes = 16 * 1024 * 1024;

/** Whether `head` is or may become the beginning of a `.wandb` file. */
export function isTransactionLog(head: Uint8Array): boolean {
  const expected = [0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe];
  return expected.every((byte, index) => index >= head.length || head[index] === byte);
}

export class TransactionLog {
  readonly #pending = new PendingBytes();
  readonly #onRecord: (record: Uint8Array) => void;
  readonly #onProblem: (problem: string) => void;
  /** Of what is pending, in the file. */
  #offset = 0;
  /** Bytes to pass over. */
  #skip = 0;
  #parts: Uint8Array[] = [];
  #length = 0;
  #inRecord = false;
  #dead = false;

  constructor(onRecord: (record: Uint8Array) => void, onProblem: (problem: string) => void) {
    this.#onRecord = onRecord;
    this.#onProblem = onProblem;
  }

  /** It is no `.wandb` file that can be read. */
  get dead(): boolean {
    return this.#dead;
  }

  push(bytes: Uint8Array): void {
    if (this.#dead) return;
    this.#pending.append(bytes);
    if (this.#offset === 0 && !this.#takeHeader()) return;
    while (this.#takeChunk());
  }

  #takeHeader(): boolean {
    const { bytes } = this.#pending;
    const version = bytes[fileHeaderBytes - 1] ?? 0;
    const isOne = isTransactionLog(bytes);
    if (!isOne || version !== 0) {
      this.#dead = true;
      this.#drop(bytes.length);
      this.#onProblem(
        isOne ? `version ${version} of .wandb files is not known here` : 'this is no .wandb file',
      );
      return false;
    }
    if (bytes.length < fileHeaderBytes) return false;
    this.#drop(fileHeaderBytes);
    return true;
  }

  /** False when more bytes are needed. */
  #takeChunk(): boolean {
    const { bytes } = this.#pending;
    if (this.#skip > 0) {
      const count = Math.min(this.#skip, bytes.length);
      this.#skip -= count;
      this.#drop(count);
      return count > 0;
    }
    const left = blockBytes - (this.#offset % blockBytes);
    if (left < chunkHeaderBytes) {
      this.#skip = left;
      return true;
    }
    if (bytes.length < chunkHeaderBytes) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const length = view.getUint16(4, true);
    const type = view.getUint8(6);
    const end = chunkHeaderBytes + length;
    if (type < chunk.full || type > chunk.last || end > left) {
      this.#giveUpBlock(left);
      return true;
    }
    if (bytes.length < end) return false;
    if (crc32(bytes.subarray(6, end)) !== view.getUint32(0, true)) {
      this.#giveUpBlock(left);
      return true;
    }
    this.#takePart(type, bytes.subarray(chunkHeaderBytes, end));
    this.#drop(end);
    return true;
  }

  #takePart(type: number, data: Uint8Array): void {
    if (type === chunk.full || type === chunk.first) this.#forget();
    else if (!this.#inRecord) return;
    if (type === chunk.full) {
      this.#onRecord(data);
      return;
    }
    this.#inRecord = true;
    this.#length += data.length;
    if (this.#length > mostRecordBytes) {
      this.#onProblem('a record is larger than 16 MiB: it was left out');
      this.#forget();
      return;
    }
    this.#parts.push(data.slice());
    if (type !== chunk.last) return;
    const record = Buffer.concat(this.#parts);
    this.#forget();
    this.#onRecord(record);
  }

  #giveUpBlock(left: number): void {
    this.#onProblem(`damaged at byte ${this.#offset}: what follows within 32 KiB is left out`);
    this.#forget();
    this.#skip = left;
  }

  #forget(): void {
    this.#parts = [];
    this.#length = 0;
    this.#inRecord = false;
  }

  #drop(count: number): void {
    this.#pending.drop(count);
    this.#offset += count;
  }
}
