/**
 * Which fields of a file of results can never be the same twice. Stricter than for metrics, because a file may hold a
 * model or data as well: the field's own name has to say it, and its value has to be a time or a number.
 */
import { clockTime } from '../../../tracking/metricNames.ts';
import { matchesGlob } from '../matchesGlob.ts';
import { nameWords } from '../nameWords.ts';
import { volatileMetricReason } from '../volatileNames.ts';
import type { VolatilePatterns } from '../volatileNames.ts';

/** A value that was left out of a comparison. */
export interface BlankedField {
  readonly name: string;
  /** `elapsed time`, `throughput`, `timestamp`, … */
  readonly reason: string;
  /** As written. */
  readonly raw: string;
}

/** A text whose volatile fields hold a mark of their kind; two that are equal differ in these fields alone. */
export interface BlankedText {
  readonly text: string;
  readonly fields: readonly BlankedField[];
}

/** Answers the same question for many values of few names. */
export class VolatileFields {
  readonly #patterns: VolatilePatterns;
  readonly #reasons = new Map<string, string | undefined>();

  constructor(patterns: VolatilePatterns) {
    this.#patterns = patterns;
  }

  /**
   * What stands for a volatile value, and why it is one; undefined for one that counts.
   * @param value Without its quotes.
   * @param around The field that holds the one called `name`, where there is one.
   */
  markOf(
    name: string,
    value: string,
    around?: string,
  ): { readonly mark: string; readonly name: string; readonly reason: string } | undefined {
    const called = around !== undefined && isStatistic(name) ? `${around}/${name}` : name;
    const kind = isNumber.test(value) ? '<number>' : isDuration.test(value) ? '<duration>' : undefined;
    const reason = kind === undefined ? undefined : this.reasonOf(called);
    if (kind !== undefined && reason !== undefined) return { mark: kind, name: called, reason };
    return isMoment(value) && this.#isTimeLike(called)
      ? { mark: '<time>', name: called, reason: 'timestamp' }
      : undefined;
  }

  /** By name alone. */
  reasonOf(name: string): string | undefined {
    const known = this.#reasons.get(name);
    if (known !== undefined || this.#reasons.has(name)) return known;
    const reason = isOfModel(nameWords(name)) ? undefined : volatileMetricReason(name, this.#patterns);
    this.#reasons.set(name, reason);
    return reason;
  }

  /** What `!created_at` makes count again counts. */
  #isTimeLike(name: string): boolean {
    if (this.reasonOf(name) !== undefined) return true;
    const { metrics } = this.#patterns;
    const chosen = metrics.findLast(pattern => matchesGlob(pattern.replace(/^!/, ''), name));
    return chosen === undefined && nameWords(name).some(word => timeWords.has(word));
  }
}

const isNumber = /^[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|nan|inf(?:inity)?)$/i;
/** `0:01:23.4`, `12.3 s`, `1 day, 2:03:04` as Python writes a time delta. */
const isDuration =
  /^(?:\d+ days?, )?\d+:\d\d(?::\d\d(?:\.\d+)?)?$|^\d+(?:\.\d+)? ?(?:ns|us|µs|ms|s|secs?|seconds?|m|min|minutes?|h|hours?|it\/s)$/i;

/** A date without a time of day is data as often as not. */
function isMoment(value: string): boolean {
  return value.length <= 40 && clockTime(isNumber.test(value) ? Number(value) : value) !== undefined;
}

const timeWords = new Set([
  ...['time', 'timestamp', 'datetime', 'date', 'ts', 'created', 'updated', 'modified', 'saved', 'written'],
  ...['start', 'started', 'end', 'ended', 'finish', 'finished', 'generated', 'at', 'when', 'completed'],
]);

/** A time embedding and the memory of a network are weights. */
const modelWords = new Set([
  ...['embedding', 'embeddings', 'embed', 'encoding', 'weight', 'weights', 'bias', 'kernel', 'gamma', 'beta'],
  ...[
    'coef',
    'coefficient',
    'coefficients',
    'feature',
    'features',
    'importance',
    'attention',
    'layer',
    'proj',
  ],
  ...['series', 'steps', 'seed', 'lr'],
]);

function isOfModel(words: readonly string[]): boolean {
  return (
    words.some(word => modelWords.has(word)) && !words.includes('per') && !unitAtEnd.has(words.at(-1) ?? '')
  );
}

/** `step_time`, `time_per_step` and `seconds_per_token` are times for all that. */
const unitAtEnd = new Set(['time', 'ms', 's', 'sec', 'secs', 'seconds', 'duration', 'runtime', 'latency']);

function isStatistic(name: string): boolean {
  return /^(?:mean|avg|average|std|min|max|median|total|sum|p\d+|\d+%)$/i.test(name);
}
