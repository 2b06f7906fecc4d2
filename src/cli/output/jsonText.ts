/** JSON documents of the command line. Invariant: one line, and NaN and infinities are told as text, never as null. */

/** Numbers that JSON cannot say become `"NaN"`, `"Infinity"` and `"-Infinity"`; maps become objects. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) return String(part);
    if (part instanceof Map) return Object.fromEntries(part as Map<string, unknown>);
    return part;
  })}\n`;
}
