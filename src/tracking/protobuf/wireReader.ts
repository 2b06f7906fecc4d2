/**
 * The Protocol Buffers wire format, field by field, without a schema: whoever reads a message asks for the fields that
 * it knows and passes over the rest. Invariant: no bytes make it throw, loop for ever, recurse or copy; a message that
 * stops making sense ends early, with `damaged` set. Format: https://protobuf.dev/programming-guides/encoding/
 */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

/** Groups have been out of use for long; official parsers stop at this depth too. */
const deepestGroup = 100;
const largestFieldNumber = 2 ** 29 - 1;

export class WireReader {
  /** Number of the current field. */
  field = 0;
  /** One of {@link wireType} of the current field, groups excepted: those are passed over. */
  wire = 0;
  /** The message broke off or is none. Fields before that were given. */
  damaged = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #to: number;
  /** Of the next field. */
  #next: number;
  /** Where the value of the current field is; of bytes, without their length. */
  #from = 0;
  #low = 0;
  #high = 0;

  /** Reads `bytes[from, to)`. @param view Of the whole of `bytes`; spares making one. */
  constructor(
    bytes: Uint8Array,
    from = 0,
    to = bytes.length,
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  ) {
    this.#bytes = bytes;
    this.#view = view;
    this.#to = Math.min(to, bytes.length);
    this.#next = from;
  }

  /** Moves on to the next field; false at the end of the message or of what can be read of it. */
  next(): boolean {
    while (this.#next < this.#to && !this.damaged) {
      if (!this.#take()) break;
      if (this.wire === wireType.startGroup) {
        if (!this.#passGroup()) break;
      } else if (this.wire === wireType.endGroup) this.#stop();
      else return true;
    }
    if (this.#next < this.#to) this.damaged = true;
    return false;
  }

  /** Of a varint: int64, int32, enum or bool. Exact up to 2^53 either way. 0 for any other kind. */
  int(): number {
    return this.wire === wireType.varint ? (this.#high | 0) * 2 ** 32 + (this.#low >>> 0) : 0;
  }

  /** Of a varint that is uint64 or uint32. Exact up to 2^53. */
  uint(): number {
    return this.wire === wireType.varint ? this.#unsigned() : 0;
  }

  /** NaN for any other kind. */
  double(): number {
    return this.wire === wireType.fixed64 ? this.#view.getFloat64(this.#from, true) : Number.NaN;
  }

  /** NaN for any other kind. */
  float(): number {
    return this.wire === wireType.fixed32 ? this.#view.getFloat32(this.#from, true) : Number.NaN;
  }

  /** A view, not a copy; empty when the field holds no bytes. */
  bytes(): Uint8Array {
    return this.wire === wireType.bytes ? this.#bytes.subarray(this.#from, this.#next) : noBytes;
  }

  /** Where {@link bytes} begin in what is read. */
  get start(): number {
    return this.#from;
  }

  /** Length of {@link bytes}. */
  get size(): number {
    return this.wire === wireType.bytes ? this.#next - this.#from : 0;
  }

  /** UTF-8; what is none becomes U+FFFD. @param most Bytes to read at most. */
  text(most = Number.POSITIVE_INFINITY): string {
    if (this.wire !== wireType.bytes) return '';
    const length = Math.min(this.#next - this.#from, most);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#from, length).toString('utf8');
  }

  /** The message in the current field; an empty one when the field holds no bytes. */
  message(): WireReader {
    const to = this.wire === wireType.bytes ? this.#next : this.#from;
    return new WireReader(this.#bytes, this.#from, to, this.#view);
  }

  /**
   * A repeated number, packed or one by one: appends what the current field holds of it.
   * @param most Length that `into` may reach; what would come after is passed over.
   */
  numbers(kind: 'double' | 'float' | 'int', into: number[], most: number): void {
    if (this.wire !== wireType.bytes) {
      if (into.length >= most || this.wire !== wireOfOne[kind]) return;
      into.push(kind === 'int' ? this.int() : kind === 'double' ? this.double() : this.float());
      return;
    }
    if (kind === 'int') {
      const packed = new WireReader(this.#bytes, this.#from, this.#next, this.#view);
      packed.wire = wireType.varint;
      while (packed.#next < packed.#to && into.length < most && packed.#takeVarint()) into.push(packed.int());
      if (packed.damaged) this.damaged = true;
      return;
    }
    const width = kind === 'double' ? 8 : 4;
    for (let at = this.#from; at + width <= this.#next && into.length < most; at += width)
      into.push(kind === 'double' ? this.#view.getFloat64(at, true) : this.#view.getFloat32(at, true));
  }

  /** Reads the head of the next field and its value as far as {@link int} and the like need it. */
  #take(): boolean {
    if (!this.#takeVarint()) return false;
    const tag = this.#unsigned();
    this.wire = tag % 8;
    this.field = Math.floor(tag / 8);
    if (this.field === 0 || this.field > largestFieldNumber) return this.#stop();
    this.#from = this.#next;
    switch (this.wire) {
      case wireType.varint:
        return this.#takeVarint();
      case wireType.fixed64:
        return this.#pass(8);
      case wireType.fixed32:
        return this.#pass(4);
      case wireType.bytes: {
        if (!this.#takeVarint()) return false;
        this.#from = this.#next;
        return this.#pass(this.#unsigned());
      }
      case wireType.startGroup:
      case wireType.endGroup:
        return true;
      default:
        return this.#stop();
    }
  }

  #unsigned(): number {
    return (this.#high >>> 0) * 2 ** 32 + (this.#low >>> 0);
  }

  #passGroup(): boolean {
    const open = [this.field];
    while (open.length > 0) {
      if (this.#next >= this.#to) return this.#stop();
      if (!this.#take()) return false;
      if (this.wire === wireType.startGroup) open.push(this.field);
      else if (this.wire === wireType.endGroup && open.pop() !== this.field) return this.#stop();
      if (open.length > deepestGroup) return this.#stop();
    }
    return true;
  }

  #pass(count: number): boolean {
    if (count > this.#to - this.#next) return this.#stop();
    this.#next += count;
    return true;
  }

  #takeVarint(): boolean {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#next >= this.#to) return this.#stop();
      const byte = this.#bytes[this.#next++] ?? 0;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) {
        this.#low = low;
        this.#high = high;
        return true;
      }
    }
    return this.#stop();
  }

  #stop(): false {
    this.damaged = true;
    return false;
  }
}

const wireOfOne = { double: wireType.fixed64, float: wireType.fixed32, int: wireType.varint };
const noBytes = new Uint8Array(0);
