/** One regular expression of `lockstep.yaml` for printed lines. Its named groups say what is what. */
import { boundedKey, clockTime, meaningOf } from './metricNames.ts';
import { pythonNumber } from './pythonLiteral.ts';
import type { ReportedLine } from './reportedLine.ts';

/** Python's `(?P<name>…)` is understood, too. Throws SyntaxError for what is no regular expression. */
export function compilePattern(text: string): RegExp {
  const source = text.replaceAll('(?P<', '(?<');
  try {
    return new RegExp(source, 'gu');
  } catch {
    // Escapes that mean nothing (`\-`, `\_`) are tolerated, as they are elsewhere.
    return new RegExp(source, 'g');
  }
}

const namedGroup = /\(\?P?<[A-Za-z_]\w*>/;
const mostMatches = 100;

/** Whether `text` is a regular expression that names what it finds. */
export function isMetricPattern(text: string): boolean {
  try {
    compilePattern(text);
    return namedGroup.test(text);
  } catch {
    return false;
  }
}

/**
 * What `line` holds, or undefined. Each named group with a number is a metric; `step`, `epoch` and their like give the
 * step, `rank` the rank, `time` a moment. With groups `name` and `value`, each match in the line is a metric.
 */
export function matchPattern(pattern: RegExp, line: string): ReportedLine | undefined {
  const metrics = new Map<string, number>();
  let step: { readonly value: number; readonly name: string; readonly order: number } | undefined;
  let rank: number | undefined;
  let time: number | undefined;
  let matches = 0;
  for (const { groups } of line.matchAll(pattern)) {
    if (groups === undefined || ++matches > mostMatches) break;
    const free = Object.hasOwn(groups, 'name') && Object.hasOwn(groups, 'value');
    // A group that took no part in the match is undefined, whatever its type says.
    for (const [name, text] of Object.entries(groups as Record<string, string | undefined>)) {
      if (text === undefined || (free && (name === 'name' || name === 'value'))) continue;
      const value = numberOf(text);
      const meaning = meaningOf(name);
      if (meaning.clock) time ??= clockTime(value ?? text.trim());
      if (value === undefined || (meaning.clock && clockTime(value) !== undefined)) continue;
      if (meaning.step >= 0 && Number.isFinite(value)) {
        if (step === undefined || meaning.step < step.order) {
          if (step?.name === 'epoch') metrics.set('epoch', step.value);
          step = { value, name, order: meaning.step };
        } else if (name === 'epoch') metrics.set(name, value);
      } else if (meaning.rank && Number.isInteger(value) && value >= 0) rank = value;
      else if (!metrics.has(name)) metrics.set(name, value);
    }
    const name = free ? groups['name']?.trim() : undefined;
    const value = free ? numberOf(groups['value'] ?? '') : undefined;
    if (name !== undefined && name !== '' && value !== undefined) metrics.set(name, value);
    if (!free) break;
  }
  if (metrics.size === 0) return undefined;
  return {
    metrics: [...metrics].map(([key, value]) => ({ key: boundedKey(key), value })),
    ...(step === undefined ? {} : { step: step.value }),
    ...(rank === undefined ? {} : { rank }),
    ...(time === undefined ? {} : { time }),
    parameters: {},
  };
}

function numberOf(text: string): number | undefined {
  return pythonNumber(text.trim().replace(/\s*%$/, ''));
}
