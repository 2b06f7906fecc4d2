/** A verdict as it is written: NaN and infinities as text, which JSON cannot say as numbers. */
import { metricValueToJson } from '../runs/result.ts';
import type { Verdict } from '../runs/verdict.ts';

export function verdictToJson(verdict: Verdict): unknown {
  return numbersAsJson(verdict);
}

/** Any plain value, however deep the numbers lie. */
export function numbersAsJson(value: unknown): unknown {
  if (typeof value === 'number') return metricValueToJson(value);
  if (Array.isArray(value)) return value.map(numbersAsJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, numbersAsJson(one)]));
}
