/**
 * Tar archives without the times of their members: POSIX ustar with pax headers, and GNU tar. Invariant: every other
 * field, and every byte of the members, stays.
 */

const block = 512;

/** Undefined for what is no tar archive from its first byte to its end. */
export function blankTar(content: Buffer): Buffer | undefined {
  if (content.length < 2 * block || content.toString('latin1', 257, 262) !== 'ustar') return undefined;
  const parts: Buffer[] = [];
  for (let at = 0; at + block <= content.length;) {
    const header = Buffer.from(content.subarray(at, at + block));
    at += block;
    if (header.every(byte => byte === 0)) {
      // Two of them end the archive; what follows is padding, and stays.
      parts.push(header, content.subarray(at));
      return Buffer.concat(parts);
    }
    const size = sizeOf(header);
    if (size === undefined || at + size > content.length) return undefined;
    const body = content.subarray(at, at + size);
    at += Math.ceil(size / block) * block;
    const kind = header.toString('latin1', 156, 157);
    header.fill(0, 136, 148);
    // It covers the time.
    header.fill(0, 148, 156);
    if (kind === 'x' || kind === 'g') {
      // A time with fewer digits makes a shorter header.
      header.fill(0, 124, 136);
      parts.push(header, withoutTimes(body));
    } else parts.push(header, body);
  }
  return undefined;
}

/** Octal, or a binary number with the highest bit set, as GNU writes sizes above 8 GiB. */
function sizeOf(header: Buffer): number | undefined {
  if (((header[124] ?? 0) & 0x80) !== 0) {
    const size = Number(header.readBigUInt64BE(128));
    return Number.isSafeInteger(size) ? size : undefined;
  }
  const text = header.toString('latin1', 124, 136).replaceAll('\0', ' ').trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

/** Records of a pax header, `<length> <name>=<value>\n`, but for those of times. Undamaged ones alone are taken out. */
function withoutTimes(body: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const length = /^([1-9]\d{0,8}) /.exec(body.toString('latin1', at, at + 11))?.[1];
    const end = at + Number(length ?? NaN);
    if (!(end <= body.length)) return Buffer.concat([...kept, body.subarray(at)]);
    const record = body.subarray(at, end);
    if (!/^\d+ (?:mtime|atime|ctime|LIBARCHIVE\.creationtime)=/.test(record.toString('latin1', 0, 40)))
      kept.push(record);
    at = end;
  }
  return Buffer.concat(kept);
}
