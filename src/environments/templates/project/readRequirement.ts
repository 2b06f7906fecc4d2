/** One requirement by PEP 508: `torch[extra]>=2.4,<3 ; python_version < "3.13"`. */

export interface Requirement {
  /** Normalised by PEP 503. */
  readonly name: string;
  readonly specifier: string;
}

/** undefined for what is no requirement by name (a path, a URL without a name). */
export function readRequirement(text: string): Requirement | undefined {
  const read = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/s.exec(text.trim());
  if (read === null) return undefined;
  const [, name = '', rest = ''] = read;
  const specifier = (rest.split(';')[0] ?? '').trim().replace(/^\((.*)\)$/, '$1');
  if (specifier.startsWith('@')) return { name: normalName(name), specifier: '' };
  if (specifier !== '' && !/^[=!<>~]/.test(specifier)) return undefined;
  return { name: normalName(name), specifier: specifier.replace(/\s+/g, '') };
}

/** The first part of a specifier that PEP 440 does not know; undefined where all are understood. */
export function badClause(specifier: string): string | undefined {
  // pip fills in variables of the environment.
  if (specifier.includes('${')) return undefined;
  return specifier
    .split(',')
    .map(part => part.trim())
    .find(part => part !== '' && !clause.test(part));
}

const clause =
  /^(?:===\s*\S+|[=!]=\s*v?(?:\d+!)?\d[\w.+-]*(?:\.\*)?|(?:~=|<=|>=|<|>)\s*v?(?:\d+!)?\d[\w.+-]*)$/i;

/** PEP 503. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
