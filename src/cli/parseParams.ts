/** `--param k=v`: values are typed as YAML would, like those that a run's command line is read for. */
import { parse } from 'yaml';
import type { ParameterValue } from '../runs/plan.ts';
import { wrongUse } from './errors.ts';

/** The words `k=v`, the last one of a name winning. Throws `wrong-use`. */
export function parseParams(words: readonly string[], command: string): Record<string, ParameterValue> {
  return Object.fromEntries(
    words.map(word => {
      const at = word.indexOf('=');
      if (at < 1) throw wrongUse(`--param wants NAME=VALUE, not ${JSON.stringify(word)}`, command);
      return [word.slice(0, at), typedValue(word.slice(at + 1))];
    }),
  );
}

/** `0.1` is a number, `true` a truth value, `null` nothing; whatever YAML calls a list or a date stays text. */
export function typedValue(text: string): ParameterValue {
  if (text.trim() === '') return text;
  try {
    const value: unknown = parse(text, { version: '1.2', schema: 'core', logLevel: 'silent' });
    return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : text;
  } catch {
    return text;
  }
}
