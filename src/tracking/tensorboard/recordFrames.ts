/**
 * Cuts the bytes of a TFRecord file into records as they come: `length u64 | masked CRC-32C of the length u32 | data |
 * masked CRC-32C of the data u32`, little-endian. Invariant: every record that is handed out has right checksums, and
 * at most one record is held. After a wrong checksum nothing more of the file is read, as in TensorBoard: where the
 * next record begins is not known any more. A record that is not whole yet waits.
 */
import { maskedCrc32c } from './crc32c.ts';

const headBytes = 12;
const tailBytes = 4;
const firstHeldBytes = 256;
const mostKeptBytes = 1024 * 1024;
/** A longer record is passed over. Event files hold whole graphs and images, but no models. */
const longestRecord = 64 * 1024 * 1024;

/** Gets a record that lies at `bytes[from, to)`, valid during the call only. `view` is of the same bytes. */
export type TakeRecord = (bytes: Uint8Array, view: DataView, from: number, to: number) => void;

export class RecordFrames {
  /** Why the file cannot be read any further. */
  damage: string | undefined;
  readonly #take: TakeRecord;
  readonly #onTooLong: (problem: string) => void;
  readonly #longest: number;
  /** Place in the file of the first byte that is neither taken nor passed over. */
  #offset = 0;
  /** Bytes of a record that is too long, yet to be passed over. */
  #passing = 0;
  /** The beginning of a record whose end has not come yet. */
  #held = new Uint8Array(firstHeldBytes);
  #heldLength = 0;

  /** @param onTooLong Told of each record that is passed over. @param longest In bytes. */
  constructor(take: TakeRecord, onTooLong: (problem: string) => void, longest = longestRecord) {
    this.#take = take;
    this.#onTooLong = onTooLong;
    this.#longest = longest;
  }

  /** The next bytes of the file, of any number. They are not kept. */
  push(bytes: Uint8Array): void {
    let rest = bytes;
    while (this.damage === undefined) {
      rest = this.#pass(rest);
      if (rest.length === 0) return;
      if (this.#heldLength > 0) rest = this.#completeHeld(rest);
      else {
        rest = rest.subarray(this.#takeWhole(rest));
        // Nothing to pass over: what is left is the beginning of a record.
        if (this.#passing === 0) {
          this.#hold(rest);
          return;
        }
      }
    }
  }

  #pass(bytes: Uint8Array): Uint8Array {
    const count = Math.min(this.#passing, bytes.length);
    this.#passing -= count;
    this.#offset += count;
    return count === 0 ? bytes : bytes.subarray(count);
  }

  /** Takes the whole records at the start of `bytes`. Returns their length. */
  #takeWhole(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (bytes.length - at >= headBytes) {
      if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes, view, at, at + 8)) {
        this.damage = `The record at byte ${this.#offset} is damaged: its length is wrong. What follows in the file is left out.`;
        break;
      }
      const length = lengthAt(view, at);
      if (length > this.#longest) {
        this.#onTooLong(`A record of ${length} bytes at byte ${this.#offset} is too long and is left out.`);
        this.#passing = headBytes + length + tailBytes;
        break;
      }
      const data = at + headBytes;
      const end = data + length;
      if (end + tailBytes > bytes.length) break;
      if (view.getUint32(end, true) !== maskedCrc32c(bytes, view, data, end)) {
        this.damage = `The record at byte ${this.#offset} is damaged: its checksum is wrong. What follows in the file is left out.`;
        break;
      }
      this.#take(bytes, view, data, end);
      at = end + tailBytes;
      this.#offset += length + headBytes + tailBytes;
    }
    return at;
  }

  /** Adds to the held record what it lacks, and takes it once it is whole. Returns what is left of `bytes`. */
  #completeHeld(bytes: Uint8Array): Uint8Array {
    const missing = this.#wanted() - this.#heldLength;
    this.#hold(bytes.subarray(0, missing));
    const held = this.#held.subarray(0, this.#heldLength);
    const taken = held.length < headBytes ? 0 : this.#takeWhole(held);
    if (this.#passing > 0) {
      this.#passing -= held.length;
      this.#offset += held.length;
    }
    if (taken > 0 || this.#passing > 0 || this.damage !== undefined) {
      this.#heldLength = 0;
      if (this.#held.length > mostKeptBytes) this.#held = new Uint8Array(firstHeldBytes);
    }
    return bytes.subarray(missing);
  }

  /** Length of the held record as far as it is known. */
  #wanted(): number {
    if (this.#heldLength < headBytes) return headBytes;
    return headBytes + lengthAt(new DataView(this.#held.buffer), 0) + tailBytes;
  }

  /** Memory grows with what has come, not with what a length promises. */
  #hold(bytes: Uint8Array): void {
    if (this.damage !== undefined) return;
    const length = this.#heldLength + bytes.length;
    if (length > this.#held.length) {
      const larger = new Uint8Array(Math.max(length, this.#held.length * 2));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#heldLength);
    this.#heldLength = length;
  }
}

function lengthAt(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}
