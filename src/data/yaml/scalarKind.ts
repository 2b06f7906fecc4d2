/**
 * What a plain (unquoted) scalar is taken for by DVC's reader, ruamel.yaml in YAML 1.2: the reader and the writer
 * must agree on it. Source: ruamel.yaml `resolver.py`, `implicit_resolvers` for versions from 1.2.
 */

export type ScalarKind = 'text' | 'null' | 'boolean' | 'integer' | 'float' | 'timestamp' | 'merge' | 'value';

export function scalarKind(text: string): ScalarKind {
  if (text === '') return 'null';
  const found = resolvers.find(([, first, pattern]) => first.includes(text.charAt(0)) && pattern.test(text));
  return found?.[0] ?? 'text';
}

/** `true` and `false` in the three spellings that YAML 1.2 knows; undefined for anything else. */
export function booleanOf(scalar: { readonly text: string; readonly plain: boolean }): boolean | undefined {
  if (!scalar.plain || scalarKind(scalar.text) !== 'boolean') return undefined;
  return /^t/i.test(scalar.text);
}

/** A whole number that is exact in JavaScript; undefined for anything else. */
export function integerOf(scalar: { readonly text: string; readonly plain: boolean }): number | undefined {
  if (!scalar.plain || scalarKind(scalar.text) !== 'integer') return undefined;
  const digits = scalar.text.replaceAll('_', '').replace(/^\+/, '');
  const number = /^-0[xob]/.test(digits) ? -Number(digits.slice(1)) : Number(digits);
  return Number.isSafeInteger(number) ? number : undefined;
}

const resolvers: readonly (readonly [ScalarKind, string, RegExp])[] = [
  ['boolean', 'tTfF', /^(?:true|True|TRUE|false|False|FALSE)$/],
  [
    'float',
    '-+0123456789.',
    /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  ],
  ['integer', '-+0123456789', /^(?:[-+]?0b[0-1_]+|[-+]?0o?[0-7_]+|[-+]?[0-9_]+|[-+]?0x[0-9a-fA-F_]+)$/],
  ['merge', '<', /^<<$/],
  ['null', '~nN', /^(?:~|null|Null|NULL)$/],
  [
    'timestamp',
    '0123456789',
    /^(?:\d{4}-\d{2}-\d{2}|\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d{1,2}(?::\d{2})?))?)$/,
  ],
  ['value', '=', /^=$/],
];
