/** Reads a `meta.yaml` of MLflow's file store through a schema. */
import { parseDocument, visit } from 'yaml';
import type * as z from 'zod';
import { readSmallText } from '../smallFiles.ts';

/** What it holds; a text says why it cannot be used. */
export function readMeta<T extends z.ZodType<object>>(path: string, schema: T): z.output<T> | string {
  const text = readSmallText(path);
  if (text === undefined) return 'it has no meta.yaml';
  let value: unknown;
  try {
    value = valueOf(text);
  } catch {
    value = undefined;
  }
  if (value === undefined) return 'its meta.yaml is not YAML';
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `its meta.yaml: ${issue === undefined ? 'invalid' : `${issue.path.join('.')} ${issue.message}`}`;
}

/** Texts for the Python library that writes these files, which leaves them unquoted, and numbers for YAML 1.2. */
const textOfPython = /^(?:[-+]?\d+[eE][-+]?\d+|0o\d+)$/;

/** Undefined for what is no YAML. Throws for aliases, which MLflow never writes. */
function valueOf(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'number' && textOfPython.test(node.source ?? '')) node.value = node.source;
    },
  });
  return document.toJS({ maxAliasCount: 0 }) as unknown;
}
