/**
 * The hashes of DVC 2 and older, which make CRLF to LF in what looks like text. There are two of them: DVC 2 decided
 * once for a file what is text, DVC 3 decides for each MiB when it reads old pins, so both count as unchanged.
 * Source: dvc 2.0 `utils/__init__.py` `file_md5`, dvc-data `hashfile/hash.py` `Dos2UnixHashStreamFile`.
 */
import { createHash } from 'node:crypto';

/** The part of a file that is converted at once; a CRLF across its border stays as it is, in both. */
export const dos2unixPart = 1024 * 1024;

export class Dos2UnixHash {
  #newer = createHash('md5');
  #older = createHash('md5');
  #text: boolean | undefined;

  /** One that has seen the same and goes its own way from here. */
  copy(): Dos2UnixHash {
    const copy = new Dos2UnixHash();
    copy.#newer = this.#newer.copy();
    copy.#older = this.#older.copy();
    copy.#text = this.#text;
    return copy;
  }

  /** `part` has `dos2unixPart` bytes, only the last one of a file may have fewer. */
  update(part: Buffer): void {
    const textHere = looksLikeText(part);
    this.#text ??= textHere;
    const converted = textHere || this.#text ? withoutCarriageReturns(part) : part;
    this.#newer.update(textHere ? converted : part);
    this.#older.update(this.#text ? converted : part);
  }

  /** As DVC 3 and as DVC 2 make it. */
  digest(): { md5: Buffer; olderMd5: Buffer } {
    return { md5: this.#newer.digest(), olderMd5: this.#older.digest() };
  }
}

/** Of the first 512 bytes: no NUL, and at most 30 % outside printable ASCII and `\n \r \t \f \b`. Nothing is text. */
function looksLikeText(part: Buffer): boolean {
  const head = part.subarray(0, 512);
  if (head.includes(0)) return false;
  let odd = 0;
  for (const byte of head)
    if ((byte < 0x20 || byte > 0x7e) && ![0x0a, 0x0d, 0x09, 0x0c, 0x08].includes(byte)) odd += 1;
  return head.length === 0 || odd / head.length <= 0.3;
}

function withoutCarriageReturns(part: Buffer): Buffer {
  let at = part.indexOf('\r\n');
  if (at === -1) return part;
  const converted = Buffer.allocUnsafe(part.length);
  let filled = 0;
  let from = 0;
  while (at !== -1) {
    filled += part.copy(converted, filled, from, at);
    from = at + 1;
    at = part.indexOf('\r\n', from);
  }
  filled += part.copy(converted, filled, from);
  return converted.subarray(0, filled);
}
