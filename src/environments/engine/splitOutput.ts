/**
 * Takes apart the one stream in which an engine sends standard output and standard error of a program without a
 * terminal: frames of one byte for the stream, three of nothing, four of length (big-endian), and the bytes.
 * https://docs.docker.com/reference/api/engine/ (ContainerAttach, "Stream format")
 */
export interface OutputPart {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

/** Keeps what a frame still lacks between chunks. */
export class OutputSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The parts that this chunk completes; a frame comes in pieces when its chunks do. */
  push(chunk: Uint8Array): OutputPart[] {
    const all = this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]);
    const parts: OutputPart[] = [];
    let at = 0;
    while (all.length - at >= 8) {
      const length = all.readUInt32BE(at + 4);
      if (all.length - at - 8 < length) break;
      const bytes = all.subarray(at + 8, at + 8 + length);
      if (length > 0) parts.push({ stream: all[at] === 2 ? 'stderr' : 'stdout', bytes });
      at += 8 + length;
    }
    this.#rest = all.subarray(at);
    return parts;
  }

  /** Whether the stream stopped in the middle of a frame. */
  get cutOff(): boolean {
    return this.#rest.length > 0;
  }
}
