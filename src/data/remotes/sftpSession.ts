/**
 * The client's side of SFTP version 3 over a pair of streams: requests go out as they come and answers find theirs by
 * number, so that a slow line is filled. Source: draft-ietf-secsh-filexfer-02, OpenSSH's PROTOCOL for `posix-rename`.
 */
import type { Readable, Writable } from 'node:stream';
import { SftpPacket, SftpReader, type SftpAttributes } from './sftpPacket.ts';

export interface SftpEntry {
  readonly name: string;
  readonly attributes: SftpAttributes;
}

/** A request that the server has refused, by its number in the protocol. */
export class SftpStatus extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message === '' ? `SFTP status ${status}` : message);
    this.status = status;
  }
}

export const sftpStatus = { eof: 1, noSuchFile: 2, permissionDenied: 3, failure: 4, unsupported: 8 } as const;
export const sftpOpen = { read: 0x01, write: 0x02, create: 0x08, truncate: 0x10, exclusive: 0x20 } as const;

const type = {
  ...{
    init: 1,
    version: 2,
    open: 3,
    close: 4,
    read: 5,
    write: 6,
    fstat: 8,
    opendir: 11,
    readdir: 12,
    remove: 13,
  },
  ...{
    mkdir: 14,
    stat: 17,
    rename: 18,
    status: 101,
    handle: 102,
    data: 103,
    name: 104,
    attrs: 105,
    extended: 200,
  },
} as const;

/** No packet of a server is larger; a length beyond it means that something else answers. */
const maxPacket = 1024 * 1024;

interface Waiting {
  readonly resolve: (answer: { readonly kind: number; readonly reader: SftpReader }) => void;
  readonly reject: (error: unknown) => void;
}

export class SftpSession {
  #next = 1;
  #failure: Error | undefined;
  #pending: Buffer = Buffer.alloc(0);
  readonly #waiting = new Map<number, Waiting>();
  readonly #extensions = new Set<string>();
  readonly #output: Writable;
  readonly #opened: Promise<void>;
  #welcome: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    this.#opened = new Promise((resolve, reject) => (this.#welcome = { resolve, reject }));
    this.#opened.catch(() => undefined);
    input.on('data', (chunk: Buffer) => this.#take(chunk));
    output.on('error', () => undefined);
    output.write(new SftpPacket(type.init).number(3).bytes());
  }

  /** Resolves when the server has answered the greeting. */
  ready(): Promise<void> {
    return this.#opened;
  }

  /** Every request that waits, and every later one, rejects with `error`. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#welcome?.reject(this.#failure);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }

  async stat(path: string): Promise<SftpAttributes> {
    return this.#attributes(type.stat, path);
  }

  async fstat(handle: Buffer): Promise<SftpAttributes> {
    return this.#attributes(type.fstat, handle);
  }

  async open(path: string, flags: number): Promise<Buffer> {
    return this.#handle(packet => packet.text(path).number(flags).number(0), type.open);
  }

  async close(handle: Buffer): Promise<void> {
    await this.#ask(type.close, packet => packet.text(handle));
  }

  /** At most `length` bytes; none at the end of the file. */
  async read(handle: Buffer, at: number, length: number): Promise<Buffer> {
    try {
      const { kind, reader } = await this.#ask(type.read, packet =>
        packet.text(handle).long(at).number(length),
      );
      if (kind !== type.data) throw new SftpStatus(sftpStatus.failure, 'unexpected answer to a read');
      return reader.binary();
    } catch (error) {
      if (error instanceof SftpStatus && error.status === sftpStatus.eof) return Buffer.alloc(0);
      throw error;
    }
  }

  async write(handle: Buffer, at: number, bytes: Buffer): Promise<void> {
    await this.#ask(type.write, packet => packet.text(handle).long(at).text(bytes));
  }

  async mkdir(path: string): Promise<void> {
    await this.#ask(type.mkdir, packet => packet.text(path).number(0));
  }

  async remove(path: string): Promise<void> {
    await this.#ask(type.remove, packet => packet.text(path));
  }

  /** Takes the place of what `to` names, at once where the server can do that. */
  async replace(from: string, to: string): Promise<void> {
    if (this.#extensions.has('posix-rename@openssh.com')) {
      await this.#ask(type.extended, packet => packet.text('posix-rename@openssh.com').text(from).text(to));
      return;
    }
    // Version 3 renames onto nothing only.
    await this.remove(to).catch((error: unknown) => {
      if (!(error instanceof SftpStatus)) throw error;
    });
    await this.#ask(type.rename, packet => packet.text(from).text(to));
  }

  async *list(path: string): AsyncGenerator<SftpEntry> {
    const handle = await this.#handle(packet => packet.text(path), type.opendir);
    try {
      for (;;) {
        const page = await this.#page(handle);
        if (page === undefined) return;
        yield* page;
      }
    } finally {
      await this.close(handle).catch(() => undefined);
    }
  }

  async #page(handle: Buffer): Promise<SftpEntry[] | undefined> {
    try {
      const { reader } = await this.#ask(type.readdir, packet => packet.text(handle));
      return Array.from({ length: reader.number() }, () => {
        const name = reader.text();
        reader.binary();
        return { name, attributes: reader.attributes() };
      });
    } catch (error) {
      if (error instanceof SftpStatus && error.status === sftpStatus.eof) return undefined;
      throw error;
    }
  }

  async #attributes(kind: number, of: string | Buffer): Promise<SftpAttributes> {
    return (await this.#ask(kind, packet => packet.text(of))).reader.attributes();
  }

  async #handle(fill: (packet: SftpPacket) => SftpPacket, kind: number): Promise<Buffer> {
    return (await this.#ask(kind, fill)).reader.binary();
  }

  #ask(
    kind: number,
    fill: (packet: SftpPacket) => SftpPacket,
  ): Promise<{ readonly kind: number; readonly reader: SftpReader }> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#next;
    this.#next = (this.#next + 1) >>> 0;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#output.write(fill(new SftpPacket(kind).number(id)).bytes());
    });
  }

  #take(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= 4) {
      const length = this.#pending.readUInt32BE(0);
      if (length > maxPacket || length < 1) {
        // What a login script prints lands here: it is no packet.
        const words = this.#pending.toString('latin1', 0, 60).replaceAll(/[^ -~]+/g, ' ');
        this.fail(new Error(`the server did not answer with SFTP but with "${words.trim()}"`));
        return;
      }
      if (this.#pending.length < 4 + length) return;
      const packet = this.#pending.subarray(4, 4 + length);
      this.#pending = this.#pending.subarray(4 + length);
      try {
        this.#answer(packet.readUInt8(0), new SftpReader(packet.subarray(1)));
      } catch (error) {
        this.fail(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
  }

  #answer(kind: number, reader: SftpReader): void {
    if (kind === type.version) {
      reader.number();
      while (reader.left > 0) {
        this.#extensions.add(reader.text());
        reader.binary();
      }
      this.#welcome?.resolve();
      return;
    }
    const id = reader.number();
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (kind !== type.status) {
      waiting.resolve({ kind, reader });
      return;
    }
    const status = reader.number();
    const message = reader.left > 0 ? reader.text() : '';
    if (status === 0) waiting.resolve({ kind, reader });
    else waiting.reject(new SftpStatus(status, message));
  }
}
