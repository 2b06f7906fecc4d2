/**
 * The md5 by which DVC knows whether the file of an import was changed by hand.
 * Source: dvc `stage/utils.py` (`compute_md5`), `utils/__init__.py` (`dict_md5`): of Python's sorted JSON.
 */
import { createHash } from 'node:crypto';
import { readYaml, type YamlNode } from '../yaml/readYaml.ts';
import { booleanOf, integerOf, scalarKind } from '../yaml/scalarKind.ts';

const leftOut = new Set([
  ...['desc', 'type', 'labels', 'meta', 'locked', 'frozen'],
  ...['metric', 'persist', 'isexec', 'size', 'nfiles'],
]);

/** `text` of a whole `.dvc` file, with or without its checksum; undefined where it holds what has no sure JSON. */
export function stageChecksum(text: string): string | undefined {
  const root = readYaml(text).root;
  if (root?.kind !== 'map') return undefined;
  const entries = [...root.entries].filter(
    ([key, value]) =>
      key !== 'md5' && !(key === 'wdir' && value.kind === 'scalar' && ['', '.'].includes(value.text)),
  );
  const json = pythonJson({ kind: 'map', entries: new Map(entries), at: 0 });
  return json === undefined ? undefined : createHash('md5').update(json).digest('hex');
}

function pythonJson(node: YamlNode): string | undefined {
  if (node.kind === 'scalar') {
    if (!node.plain || scalarKind(node.text) === 'text') return pythonText(node.text);
    const value = booleanOf(node) ?? integerOf(node);
    if (value !== undefined) return String(value);
    return scalarKind(node.text) === 'null' ? 'null' : undefined;
  }
  if (node.kind === 'list') {
    const items = node.items.map(pythonJson);
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  const pairs = [...node.entries]
    .filter(([key]) => !leftOut.has(key))
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([key, value]) => {
      const written =
        hashKeys.has(key) && value.kind === 'scalar' ? pythonText(value.text) : pythonJson(value);
      return written === undefined ? undefined : `${pythonText(key)}: ${written}`;
    });
  return pairs.includes(undefined) ? undefined : `{${pairs.join(', ')}}`;
}

/** Read as text whatever they look like. */
const hashKeys = new Set(['md5', 'etag', 'checksum', 'rev', 'rev_lock']);

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

function pythonText(text: string): string {
  const escaped = text.replace(
    /["\\]|[^ -~]/g,
    letter => shortEscapes[letter] ?? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
