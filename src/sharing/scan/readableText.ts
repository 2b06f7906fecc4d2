/**
 * What of the bytes of a file can be looked at for secrets: text in UTF-8 and UTF-16 as it is, of everything else the
 * runs of printable characters; and whether it is packed, so that nothing in it can be seen.
 */

export interface Readable {
  /** `strings`: not a text, only what stands in it as one. */
  readonly kind: 'text' | 'strings';
  readonly text: string;
}

/** So much decides, as it does for git. */
const looked = 8000;
/** No token is shorter. */
const strings = /[\x20-\x7e]{12,}/g;

export function readableText(content: Uint8Array): Readable {
  const bytes = bufferOf(content);
  const encoding = utf16Of(bytes);
  if (encoding !== undefined) return { kind: 'text', text: decodeUtf16(bytes, encoding) };
  if (!bytes.subarray(0, looked).includes(0)) return { kind: 'text', text: bytes.toString('utf8') };
  // One after the other: between the bytes of a number every second one may be no character.
  return { kind: 'strings', text: (bytes.toString('latin1').match(strings) ?? []).join('\n') };
}

/** The name of the way in which a file is packed; undefined for one that is not. */
export function packingOf(bytes: Uint8Array): string | undefined {
  const start = bufferOf(bytes).subarray(0, 6).toString('latin1');
  return packings.find(({ mark }) => start.startsWith(mark))?.name;
}

/** The first bytes of the formats. */
const packings: readonly { readonly mark: string; readonly name: string }[] = [
  { mark: 'PK\x03\x04', name: 'zip' },
  { mark: '\x1f\x8b', name: 'gzip' },
  { mark: 'BZh', name: 'bzip2' },
  { mark: '\xfd7zXZ\0', name: 'xz' },
  { mark: '7z\xbc\xaf\x27\x1c', name: '7z' },
  { mark: '\x28\xb5\x2f\xfd', name: 'zstd' },
];

type Utf16 = 'le' | 'be';

/** By its mark; without one, where almost every second byte is zero, as in text of Latin letters. */
function utf16Of(bytes: Buffer): Utf16 | undefined {
  if (bytes.length < 2) return undefined;
  const mark = bytes.readUInt16BE(0);
  if (mark === 0xfffe) return 'le';
  if (mark === 0xfeff) return 'be';
  const start = bytes.subarray(0, looked);
  if (start.length < 24) return undefined;
  const zeros = [0, 0];
  for (const [place, byte] of start.entries()) if (byte === 0) zeros[place % 2] = (zeros[place % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = start.length / 2;
  if (odd > most * 0.7 && even < most * 0.05) return 'le';
  return even > most * 0.7 && odd < most * 0.05 ? 'be' : undefined;
}

function decodeUtf16(bytes: Buffer, order: Utf16): string {
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 2));
  return (order === 'le' ? whole : Buffer.from(whole).swap16()).toString('utf16le');
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
