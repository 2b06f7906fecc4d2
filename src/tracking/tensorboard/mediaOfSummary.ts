/**
 * Images and texts of both encodings. Sources of the formats: Image in tensorboard/compat/proto/summary.proto;
 * tensorboard/plugins/{image,text}/metadata.py. Invariant: bytes are copied, and their number is bounded.
 */
import type { WireReader } from '../protobuf/wireReader.ts';
import type { MediaPiece } from '../sourceReader.ts';
import { imageType } from './imageType.ts';

type Place = Pick<MediaPiece, 'key' | 'step' | 'time'>;

const mostImages = 100;
const longestText = 256 * 1024;

export function imageOfMessage(message: WireReader, place: Place): MediaPiece {
  let [width, height] = [0, 0];
  let bytes = new Uint8Array(0);
  while (message.next())
    if (message.field === 1) height = message.int();
    else if (message.field === 2) width = message.int();
    else if (message.field === 4) bytes = new Uint8Array(message.bytes());
  return image(bytes, width, height, place);
}

/** @param texts Width and height in digits, then images; all of one tag and step. */
export function imagesOfTensor(
  [width, height, ...images]: readonly Uint8Array[],
  place: Place,
): MediaPiece[] {
  return images.slice(0, mostImages).map((bytes, index) => {
    const key = images.length === 1 ? place.key : `${place.key}/${index}`;
    return image(new Uint8Array(bytes), numberOf(width), numberOf(height), { ...place, key });
  });
}

/** Several texts, as of a table, come one below the other; a long one is cut. Undefined when there is none. */
export function textOfTensor(texts: readonly Uint8Array[], place: Place): MediaPiece | undefined {
  if (texts.length === 0) return undefined;
  let text = '';
  for (const part of texts) {
    const left = longestText - text.length;
    text += `${text === '' ? '' : '\n'}${textOf(part, left)}`;
    if (part.length <= left) continue;
    text += '…';
    break;
  }
  return { kind: 'text', ...place, key: place.key.replace(/(?<=.)\/text_summary$/, ''), text };
}

function image(bytes: Uint8Array, width: number, height: number, place: Place): MediaPiece {
  const mediaType = imageType(bytes);
  return {
    kind: 'image',
    ...place,
    bytes,
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(width > 0 && height > 0 ? { width, height } : {}),
  };
}

function numberOf(digits: Uint8Array | undefined): number {
  const number = digits === undefined ? 0 : Number(textOf(digits, 20));
  return Number.isSafeInteger(number) ? number : 0;
}

function textOf(bytes: Uint8Array, most: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, Math.max(0, most))).toString(
    'utf8',
  );
}
