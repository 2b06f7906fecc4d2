/** Tables of text with a line of names on top: CSV and TSV. Every byte that is no volatile value stays. */
import type { BlankedField, BlankedText, VolatileFields } from './volatileField.ts';

/** Undefined for a table without names. */
export function blankTable(text: string, tab: boolean, volatile: VolatileFields): BlankedText | undefined {
  const top = text.slice(0, text.search(/\r?\n|$/));
  const delimiter = tab ? '\t' : !top.includes(',') && top.includes(';') ? ';' : ',';
  // A cell, and what ends it. Quoted cells hold delimiters, line ends and doubled quotes (RFC 4180).
  const cell = new RegExp(`("[^"]*(?:""[^"]*)*"|[^${delimiter}\\r\\n]*)(${delimiter}|\\r?\\n|\\r|$)`, 'y');
  const names: string[] = [];
  const parts: string[] = [];
  const fields: BlankedField[] = [];
  let column = 0;
  let inHead = true;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) return undefined;
    const [, raw = '', end = ''] = match;
    const value = raw.replace(/^"(.*)"$/s, '$1').trim();
    if (inHead) {
      if (value !== '' && Number.isFinite(Number(value))) return undefined;
      names.push(value);
      parts.push(raw, end);
    } else {
      const found = volatile.markOf(names[column] ?? '', value);
      parts.push(found?.mark ?? raw, end);
      if (found !== undefined) fields.push({ name: found.name, reason: found.reason, raw });
    }
    column += 1;
    if (end !== delimiter) {
      column = 0;
      inHead = false;
    }
  }
  return { text: parts.join(''), fields };
}
