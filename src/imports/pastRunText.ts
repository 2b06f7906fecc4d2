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
