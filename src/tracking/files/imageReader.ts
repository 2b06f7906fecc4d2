/** An image file that a library renews with every step, as DVCLive's below `plots/images`. Half of one is not told. */
import { createHash } from 'node:crypto';
import { noContent } from '../sourceReader.ts';
import type { RewrittenReader, SourceContent } from '../sourceReader.ts';

const largestImage = 32 * 1024 * 1024;
export class ImageReader implements RewrittenReader {
  readonly #key: string;
  readonly #mediaType: string;
  /** Without one, each new picture is a step. */
  readonly #step: number | undefined;
  #told = '';
  #count = 0;
  #saidLarge = false;

  constructor(key: string, mediaType: string, step: number | undefined) {
    this.#key = key;
    this.#mediaType = mediaType;
    this.#step = step;
  }

  read(content: Uint8Array, time: number): SourceContent {
    if (content.length > largestImage) {
      if (this.#saidLarge) return noContent;
      this.#saidLarge = true;
      return { ...noContent, problems: ['the image is larger than 32 MiB: it was left out'] };
    }
    if (!isWhole(content, this.#mediaType)) return noContent;
    const digest = createHash('sha1').update(content).digest('base64');
    if (digest === this.#told) return noContent;
    this.#told = digest;
    const step = this.#step ?? this.#count++;
    const bytes = content.slice();
    return {
      ...noContent,
      media: [{ kind: 'image', key: this.#key, step, time, bytes, mediaType: this.#mediaType }],
    };
  }
}

/** Whether the mark that ends a file of this kind has come. */
function isWhole(content: Uint8Array, mediaType: string): boolean {
  const tail = Buffer.from(content.subarray(-16));
  if (mediaType === 'image/png') return tail.includes('IEND');
  if (mediaType === 'image/jpeg') return tail.includes(Buffer.from([0xff, 0xd9]));
  return tail.at(-1) === 0x3b;
}
