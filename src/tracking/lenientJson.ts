/**
 * JSON as Python's `json.dumps` writes it: NaN, Infinity and -Infinity are values. Everything else is strict, so that
 * a torn line is never mistaken for a whole one.
 */
const mark = '\uffff';
const stringsAndSpecials = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** The value of `text`, or undefined when it is not one whole JSON value. */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (!/NaN|Infinity/.test(text) || text.includes(mark)) return undefined;
  }
  try {
    const marked = text.replace(stringsAndSpecials, found =>
      found.startsWith('"') ? found : `"${mark}${found}"`,
    );
    return JSON.parse(marked, (_key, value: unknown) =>
      typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(1)) : value,
    );
  } catch {
    return undefined;
  }
}
