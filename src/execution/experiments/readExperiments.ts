/** Reads `lockstep.yaml`. Invariant: every problem is reported with its line and column, all of them at once. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { systemErrorCode } from '../../base/systemError.ts';
import { experimentFileWrong } from './errors.ts';
import { experimentFileName, experimentFileSchema } from './experimentFile.ts';
import type { ExperimentFile } from './experimentFile.ts';

/** The file of the repository at `root`; one without content when there is none. Throws `experiment-file-wrong`. */
export async function readExperiments(root: string): Promise<ExperimentFile> {
  const path = join(root, experimentFileName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return experimentFileSchema.parse({});
    throw experimentFileWrong(path, [`it cannot be read: ${String(error)}`]);
  }
  return parseExperiments(text, path);
}

/** `path` is for messages only. */
export function parseExperiments(text: string, path: string): ExperimentFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  if (document.errors.length > 0)
    throw experimentFileWrong(
      path,
      document.errors.map(error => `${place(lines, error.pos[0])}: ${firstLine(error.message)}`),
    );
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw experimentFileWrong(path, [firstLine(String(error))]);
  }
  const read = experimentFileSchema.safeParse(content ?? {});
  if (read.success) return read.data;
  throw experimentFileWrong(
    path,
    read.error.issues.map(issue => {
      const where = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
      const name = issue.path.map(String).join('.');
      return `${place(lines, offsetOf(document, where))}: ${name === '' ? '' : `${name}: `}${firstLine(issue.message)}`;
    }),
  );
}

/** Where the value (or for a wrong key, the key) at `path` begins; the nearest enclosing one that exists. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown =
      length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pair = pairsOf(parent).find(({ key }) => String(key.value) === String(path[length - 1]));
    if (pair !== undefined) return pair.key.range?.[0] ?? 0;
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

interface KeyPair {
  readonly key: { readonly value: unknown; readonly range?: readonly number[] | null };
}

function pairsOf(node: unknown): KeyPair[] {
  if (typeof node !== 'object' || node === null || !('items' in node) || !Array.isArray(node.items))
    return [];
  return (node.items as unknown[]).filter(
    (item): item is KeyPair =>
      typeof item === 'object' &&
      item !== null &&
      'key' in item &&
      typeof item.key === 'object' &&
      item.key !== null &&
      'value' in item.key,
  );
}

function place(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/:$/, '');
}
