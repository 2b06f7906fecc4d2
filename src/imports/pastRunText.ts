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

/** The words of a command, cut, with what looks like a secret replaced, also behind `--api-key`; and which were. */
export function wordsWithoutSecrets(all: readonly string[]): { words: string[]; hidden: number[] } {
  const words = all.slice(0, mostEntries).map(boundedText);
  const hidden: number[] = [];
  const shown = words.map((word, place) => {
    const option = words[place - 1] ?? '';
    const named = option.startsWith('-') && !option.includes('=') && isSecretValue(option, word);
    const text = named ? hiddenSecret : hideSecrets(word);
    if (text !== word) hidden.push(place);
    return text;
  });
  return { words: shown, hidden };
}
