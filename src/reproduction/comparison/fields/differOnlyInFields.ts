/**
 * Whether two files of results are the same but for what can never be the same twice: the times, speeds and loads that
 * they repeat beside what counts, and the place of the checkout. Invariant: everything else is equal as it is written.
 */
import { readFile, stat } from 'node:fs/promises';
import type { VolatilePatterns } from '../volatileNames.ts';
import { blankJson } from './blankJson.ts';
import { blankTable } from './blankTable.ts';
import { blankYaml } from './blankYaml.ts';
import { VolatileFields } from './volatileField.ts';
import type { BlankedText } from './volatileField.ts';

/** Larger files are not looked into. */
const maxBytes = 16 * 1024 * 1024;

export interface FieldRules {
  readonly volatile: VolatilePatterns;
  /** Puts the place of the original where the reproduction's text names its own. */
  readonly asRecorded?: ((text: string) => string) | undefined;
}

/** In words what alone differs (`elapsed time (train_runtime)`); undefined where more does, or nothing can be told. */
export async function differOnlyInFields(
  path: string,
  files: { readonly before: string; readonly now: string },
  { volatile, asRecorded = text => text }: FieldRules,
): Promise<string | undefined> {
  const [before, written] = await Promise.all([textOf(files.before), textOf(files.now)]);
  if (before === undefined || written === undefined) return undefined;
  const now = asRecorded(written);
  const place = now === written ? [] : [placeOfCheckout];
  if (before === now) return place.length === 0 ? undefined : placeOfCheckout;
  const names = new VolatileFields(volatile);
  const [first, second] = [blankFields(path, before, names), blankFields(path, now, names)];
  if (first === undefined || second === undefined || first.text !== second.text) return undefined;
  return listed([...reasonsOf(first, second), ...place]);
}

const placeOfCheckout = 'the path of the checkout';

/** Undefined for a format that is not known. */
export function blankFields(path: string, text: string, names: VolatileFields): BlankedText | undefined {
  switch (/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase()) {
    case 'json':
    case 'jsonl':
    case 'ndjson':
      return blankJson(text, names);
    case 'csv':
      return blankTable(text, false, names);
    case 'tsv':
      return blankTable(text, true, names);
    case 'yaml':
    case 'yml':
      return blankYaml(text, names);
    default:
      return undefined;
  }
}

/** `elapsed time (time, train_runtime)`, for what differs of that which was left out. */
function reasonsOf(first: BlankedText, second: BlankedText): string[] {
  const differing = new Map<string, Set<string>>();
  for (const [at, { name, reason, raw }] of first.fields.entries()) {
    if (second.fields[at]?.raw === raw) continue;
    const names = differing.get(reason) ?? new Set();
    differing.set(reason, names.add(name));
  }
  return [...differing].map(([reason, names]) => {
    const shown = [...names].slice(0, mostNames).join(', ');
    return `${reason} (${shown}${names.size > mostNames ? ` and ${names.size - mostNames} more` : ''})`;
  });
}

const mostNames = 3;

function listed(parts: readonly string[]): string {
  const [last = '', ...rest] = parts.toReversed();
  return rest.length === 0 ? last : `${rest.toReversed().join(', ')} and ${last}`;
}

/** Undefined for what is too large, no text, or not there. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > maxBytes) return undefined;
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
