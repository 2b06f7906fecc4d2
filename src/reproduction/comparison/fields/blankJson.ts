/** JSON, one document or one a line, as Python writes it (NaN and Infinity too). Every byte that is no volatile value stays. */
import type { BlankedField, BlankedText, VolatileFields } from './volatileField.ts';

const token = /[\s,:]+|"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:\d[\d.eE+-]*|Infinity)|NaN|true|false|null|[{}[\]]/sy;

interface Level {
  readonly isObject: boolean;
  /** Of an object: of the value that is read; of an array: what the array is called. */
  name: string;
  /** The name of what holds this level. */
  readonly around: string | undefined;
  awaitsName: boolean;
}

/** Undefined for what is no JSON. */
export function blankJson(text: string, volatile: VolatileFields): BlankedText | undefined {
  const parts: string[] = [];
  const fields: BlankedField[] = [];
  const levels: Level[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const word = token.exec(text)?.[0];
    if (word === undefined) return undefined;
    const level = levels.at(-1);
    const first = word.charAt(0);
    if (first === '{' || first === '[') {
      const name = level?.name ?? '';
      const around = level?.isObject === true ? level.name : level?.around;
      levels.push({ isObject: first === '{', name, around, awaitsName: first === '{' });
      parts.push(word);
    } else if (first === '}' || first === ']') {
      if (levels.pop()?.isObject !== (first === '}')) return undefined;
      parts.push(word);
    } else if (/[\s,:]/.test(first)) {
      if (level?.isObject === true && word.includes(',')) level.awaitsName = true;
      parts.push(word);
    } else if (level?.isObject === true && level.awaitsName) {
      if (first !== '"') return undefined;
      level.name = word.slice(1, -1);
      level.awaitsName = false;
      parts.push(word);
    } else {
      const value = first === '"' ? word.slice(1, -1) : word;
      const found =
        level === undefined
          ? undefined
          : volatile.markOf(level.name, value, level.isObject ? level.around : undefined);
      parts.push(found?.mark ?? word);
      if (found !== undefined) fields.push({ name: found.name, reason: found.reason, raw: word });
    }
  }
  return levels.length === 0 ? { text: parts.join(''), fields } : undefined;
}
