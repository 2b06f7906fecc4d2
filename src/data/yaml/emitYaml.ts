/** Writes mappings, lists and scalars in block style as DVC does: dashes in the column of their parent, two blanks a level. */
import { emitScalar, type DumperEra } from './emitScalar.ts';

export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlObject;
/** In the order in which it is written. */
export interface YamlObject {
  readonly [key: string]: YamlValue | undefined;
}

/** A whole file; keys whose value is undefined are left out. Numbers must be whole. */
export function emitYaml(value: YamlObject, era: DumperEra): string {
  return emitMap(value, 0, era);
}

/** The lines of a mapping whose keys stand at column `indent`; the first line without its indentation's blanks. */
export function emitMap(map: YamlObject, indent: number, era: DumperEra): string {
  const pairs = Object.entries(map).filter((pair): pair is [string, YamlValue] => pair[1] !== undefined);
  return pairs
    .map(([key, value], index) => (index === 0 ? '' : ' '.repeat(indent)) + emitPair(key, value, indent, era))
    .join('');
}

/** `key: value` and its end of line, without indentation before it. */
export function emitPair(key: string, value: YamlValue, indent: number, era: DumperEra): string {
  const written = emitScalar(key, { column: indent, whitespace: true, indent, era }) + ':';
  const column = indent + Array.from(written).length;
  if (Array.isArray(value) && value.length > 0)
    return `${written}\n${' '.repeat(indent)}${emitList(value as readonly YamlValue[], indent, era)}`;
  if (isObject(value) && Object.keys(value).length > 0)
    return `${written}\n${' '.repeat(indent + 2)}${emitMap(value, indent + 2, era)}`;
  return `${written}${emitLeaf(value, { column, indent: indent + 2, era })}\n`;
}

/** The lines of a list whose dashes stand at column `indent`; the first line without its indentation's blanks. */
export function emitList(list: readonly YamlValue[], indent: number, era: DumperEra): string {
  return list
    .map((value, index) => {
      const dash = `${index === 0 ? '' : ' '.repeat(indent)}-`;
      if (Array.isArray(value) && value.length > 0)
        return `${dash} ${emitList(value as readonly YamlValue[], indent + 2, era)}`;
      if (isObject(value) && Object.keys(value).length > 0)
        return `${dash} ${emitMap(value, indent + 2, era)}`;
      if (typeof value === 'string')
        return `${dash} ${emitScalar(value, { column: indent + 2, whitespace: true, indent: indent + 2, era })}\n`;
      return `${dash}${emitLeaf(value, { column: indent + 1, indent: indent + 2, era })}\n`;
    })
    .join('');
}

/** What follows `key:` or `-` on its line. */
export function emitLeaf(
  value: YamlValue,
  place: { readonly column: number; readonly indent: number; readonly era: DumperEra },
): string {
  if (typeof value === 'string') return emitScalar(value, { ...place, whitespace: false });
  if (value === null) return '';
  if (typeof value === 'object') return Array.isArray(value) ? ' []' : ' {}';
  return ` ${String(value)}`;
}

function isObject(value: YamlValue): value is YamlObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
