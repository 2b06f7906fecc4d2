/**
 * The two streams of an attached command, from the frames in which engines send them: a byte that names the stream,
 * three zeros, the length in four bytes (big endian), the bytes. (Docker Engine API, "Stream format".)
 */
export interface Streams {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

const headerBytes = 8;

/** What was cut off in the middle of a frame counts as far as it came. */
export function demuxed(bytes: Buffer): Streams {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    const content = bytes.subarray(at + headerBytes, at + headerBytes + length);
    (bytes[at] === 2 ? err : out).push(content);
    at += headerBytes + length;
  }
  return { stdout: Buffer.concat(out), stderr: Buffer.concat(err) };
}
