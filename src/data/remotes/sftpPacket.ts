/** The bytes of SFTP packets: big-endian numbers, and texts with their length before them. */

export interface SftpAttributes {
  readonly size: number | undefined;
  readonly isFolder: boolean;
  readonly isFile: boolean;
}

export class SftpPacket {
  readonly #parts: Buffer[];

  constructor(kind: number) {
    this.#parts = [Buffer.from([kind])];
  }

  number(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value >>> 0);
    this.#parts.push(bytes);
    return this;
  }

  long(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    this.#parts.push(bytes);
    return this;
  }

  text(value: string | Buffer): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.number(bytes.length);
    this.#parts.push(bytes);
    return this;
  }

  /** With the length before it. */
  bytes(): Buffer {
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    return Buffer.concat([head, ...this.#parts]);
  }
}

const flags = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x80000000 };
const kindOfFile = { mask: 0o170000, folder: 0o040000, file: 0o100000 };

/** Throws RangeError where a packet ends too early. */
export class SftpReader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(): number {
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  binary(): Buffer {
    const length = this.number();
    if (length > this.left) throw new RangeError('a packet of SFTP ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.binary().toString('utf8');
  }

  attributes(): SftpAttributes {
    const given = this.number();
    let size: number | undefined;
    let mode: number | undefined;
    if ((given & flags.size) !== 0) {
      size = Number(this.#bytes.readBigUInt64BE(this.#at));
      this.#at += 8;
    }
    if ((given & flags.owner) !== 0) this.#at += 8;
    if ((given & flags.permissions) !== 0) mode = this.number();
    if ((given & flags.times) !== 0) this.#at += 8;
    if ((given & flags.extended) !== 0)
      for (let count = this.number(); count > 0; count -= 1) {
        this.binary();
        this.binary();
      }
    const kind = mode === undefined ? undefined : mode & kindOfFile.mask;
    return {
      size,
      isFolder: kind === kindOfFile.folder,
      // A server that does not tell the kind is taken at its word that there is something.
      isFile: kind === undefined || kind === kindOfFile.file,
    };
  }
}
