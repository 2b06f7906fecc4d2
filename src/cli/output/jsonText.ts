/**
 * JSON documents of the command line. Invariant: one line, NaN and infinities are told as text, never as null, and no
 * control character stands in it that a terminal would obey.
 */

/** Numbers that JSON cannot say become `"NaN"`, `"Infinity"` and `"-Infinity"`; maps become objects. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) return String(part);
    if (part instanceof Map) return Object.fromEntries(part as Map<string, unknown>);
    return part;
  });
  return `${withoutControls(text)}\n`;
}

/** A piece of a document as JSON, without a line end. */
export function jsonPiece(value: string): string {
  return withoutControls(JSON.stringify(value));
}

/**
 * JSON text, or its bytes, with DEL and the C1 controls (U+0080 to U+009F) as `\u009b`-like escapes: JSON lets them stand
 * as they are, and some terminals take U+009B for the beginning of a sequence. The others JSON itself escapes.
 */
export function withoutControls(text: string): string;
export function withoutControls(text: string | Uint8Array): string | Uint8Array;
export function withoutControls(text: string | Uint8Array): string | Uint8Array {
  if (typeof text !== 'string') {
    // In UTF-8 the byte C2 begins U+0080 to U+00BF, and nothing else.
    const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    return bytes.includes(0xc2) || bytes.includes(0x7f) ? withoutControls(bytes.toString('utf8')) : text;
  }
  return text.replace(
    /[\u007f-\u009f]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
