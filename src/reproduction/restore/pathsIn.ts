import { isAbsolute, sep } from 'node:path';

/** Absolute paths that stand in a text, alone, in a list, or behind a sign; with spaces in them, or between them. */
export function pathsIn(text: string): string[] {
  const parts = [...text.split(/[:;,="'()[\]{}\n]+/), ...text.split(/[:;,=\s"'()[\]{}]+/)];
  return [...new Set(parts.map(part => part.trim()))].filter(part => isAbsolute(part) && part !== sep);
}
