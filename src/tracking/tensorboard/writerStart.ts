/** When the writer of an event file was opened: the time of its first event, which tells the version of the format. */

/** Before the first event: its length and the checksum of that. */
const frameBytes = 12;
/** Field 1 of an event, as a double. */
const wallTimeTag = 0x09;

/** Milliseconds since the epoch; undefined where the bytes do not begin so. @param head The first bytes of the file. */
export function writerStart(head: Uint8Array): number | undefined {
  if (head.length < frameBytes + 9 || head[frameBytes] !== wallTimeTag) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const seconds = view.getFloat64(frameBytes + 1, true);
  return seconds > 0 && seconds < 1e11 ? seconds * 1000 : undefined;
}
