/** Reads a `meta.yaml` of MLflow's file store through a schema. */
import { parse } from 'yaml';
import type * as z from 'zod';
import { readSmallText } from '../smallFiles.ts';

/** What it holds; a text says why it cannot be used. */
export function readMeta<T extends z.ZodType<object>>(path: string, schema: T): z.output<T> | string {
  const text = readSmallText(path);
  if (text === undefined) return 'it has no meta.yaml';
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'error', maxAliasCount: 0 });
  } catch {
    return 'its meta.yaml is not YAML';
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `its meta.yaml: ${issue === undefined ? 'invalid' : `${issue.path.join('.')} ${issue.message}`}`;
}
