/**
 * Several JSON objects on one line: processes that print at the same moment, each unbuffered, write their objects and
 * their line ends apart, so that `{…}{…}` stands on one line and nothing on the next.
 */

/** The objects one by one; the line itself where it is one object or none. Braces in texts do not count. */
export function gluedObjects(line: string): readonly string[] {
  const text = line.trim();
  if (!text.startsWith('{') || !/\}\s*\{/.test(text)) return [line];
  const objects: string[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{') {
      if (depth++ === 0) start = at;
    } else if (character === '}' && --depth === 0) objects.push(text.slice(start, at + 1));
    else if (depth === 0 && !/\s/.test(character ?? '')) return [line];
    if (depth < 0) return [line];
  }
  return depth === 0 && objects.length > 1 ? objects : [line];
}
