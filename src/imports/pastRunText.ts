/** Bounds and cleans the texts of a past run: a record is read whole with every list, so no value may be huge. */
import { hiddenSecret, hideSecrets, isSecretValue } from '../base/secretText.ts';
import type { ParameterValue } from '../runs/plan.ts';

/** MLflow keeps no more of a value either. Characters. */
export const longestValue = 8_000;
const longestName = 500;
export const mostEntries = 10_000;

export interface BoundedTexts<T> {
  readonly entries: [string, T][];
  /** How many values were cut or left out. */
  readonly cut: number;
}

/** Names and values within bounds, secrets hidden. */
export function boundedEntries<T extends ParameterValue>(
  all: Readonly<Record<string, T>>,
): BoundedTexts<T | string> {
  let cut = 0;
  const entries: [string, T | string][] = [];
  for (const [name, value] of Object.entries(all)) {
    if (entries.length === mostEntries || name.length > longestName) {
      cut++;
      continue;
    }
    if (typeof value !== 'string') {
      entries.push([name, isSecretValue(name, String(value)) ? hiddenSecret : value]);
      continue;
    }
    if (value.length > longestValue) cut++;
    const short = boundedText(value);
    entries.push([name, isSecretValue(name, short) ? hiddenSecret : hideSecrets(short)]);
  }
  return { entries, cut };
}

export function boundedText(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/**
 * What another tool kept as text, typed as the values of a command line are: `0.1` is a number, `True` a truth value.
 * A number that would lose digits stays text.
 */
export function typedText(text: string): ParameterValue {
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?(?:0|[1-9]\d*)$/.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : text;
  }
  if (/^[-+]?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][-+]?\d+)?$/.test(text) && /\d/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) && text.replace(/[eE].*|\D/g, '').length <= 17 ? value : text;
  }
  return text;
}
