/**
 * Reads one JSON line that a program reports about itself: metrics (`{"epoch": 3, "loss": 0.1}` or the long form
 * `{"metric": "loss", "value": 0.1, "step": 3}`) and parameters (`{"params": {…}}`). Only numbers are metrics, also as text,
 * and those of a short array under their places: `f1/0`, `f1/1`.
 *
 * Ordinary structured logs share standard output with metrics. A line with a log level, or with a clock and a message,
 * is a log line: it counts only when it also names a step, and then without its identifiers and clocks.
 */
import type { ParameterValue } from '../runs/plan.ts';
import { collectParameters, isRecord } from './collectParameters.ts';
import { parseLenientJson } from './lenientJson.ts';
import { boundedKey, clockTime, meaningOf } from './metricNames.ts';
import { numberOf, numbersOf } from './reportedNumbers.ts';
import type { ReportedLine } from './reportedLine.ts';

const parameterFields = new Set(['params', 'parameters', 'hparams', 'hyperparameters', 'config']);
const longFormNames = ['metric', 'name', 'key', 'tag'];
const deepestNesting = 8;
const mostKeysPerLine = 2000;

export interface ReportedLineOptions {
  /** The line comes from the file named by LOCKSTEP_METRICS, so it is meant as a report whatever else it holds. */
  readonly declared?: boolean;
  /** The field that holds the step, when a person has named it. */
  readonly step?: string | undefined;
}

/** What `line` reports, or undefined when it is no JSON object or reports nothing. */
export function parseReportedLine(line: string, options: ReportedLineOptions = {}): ReportedLine | undefined {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const value = parseLenientJson(text);
  if (!isRecord(value)) return undefined;
  const report = readReport(value, options);
  return report.metrics.length === 0 && Object.keys(report.parameters).length === 0 ? undefined : report;
}

function readReport(
  fields: Record<string, unknown>,
  { declared = false, step }: ReportedLineOptions,
): ReportedLine {
  const place = findPlace(fields, step);
  if (!declared && place.step === undefined && isLogLine(fields)) return { metrics: [], parameters: {} };
  const metrics: { key: string; value: number }[] = [];
  const parameters: Record<string, ParameterValue> = {};
  const long = longForm(fields);
  if (long !== undefined) metrics.push(long);
  // What a line says beside a name and its value is said, too.
  const isSaid = (key: string): boolean =>
    long !== undefined && (key === 'value' || meaningOf(key).step >= 0);
  for (const [key, value] of Object.entries(fields)) {
    if (isSaid(key)) continue;
    if (parameterFields.has(key.toLowerCase()) && isRecord(value)) collectParameters('', value, parameters);
    else if (key === 'metrics' && isRecord(value)) collectMetrics('', value, place.stepField, metrics, 0);
    else collectMetric(key, value, place.stepField, metrics, 0);
  }
  return { ...place.said, metrics, parameters };
}

interface Place {
  readonly step: number | undefined;
  readonly stepField: string | undefined;
  readonly said: { step?: number; rank?: number; time?: number };
}

/** Step, rank and clock of the line: from its own fields, or from inside `metrics`. */
function findPlace(fields: Record<string, unknown>, stepName: string | undefined): Place {
  const inner = fields['metrics'];
  const candidates = Object.entries(isRecord(inner) ? { ...inner, ...fields } : fields);
  let step: number | undefined;
  let stepField: string | undefined;
  let best = Infinity;
  let withinEpoch = false;
  let rank: number | undefined;
  let time: number | undefined;
  for (const [key, value] of candidates) {
    const meaning = meaningOf(key);
    if (meaning.clock) time ??= clockTime(value);
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    const order = stepName === undefined ? meaning.step : key === stepName ? 0 : -1;
    if (order >= 0 && order < best) {
      best = order;
      step = value;
      stepField = key;
    }
    withinEpoch ||= meaning.withinEpoch;
    if (meaning.rank && Number.isInteger(value) && value >= 0) rank = value;
  }
  // An epoch with a batch number repeats for every batch: such a line is at no step of the run.
  const repeats = withinEpoch && stepName === undefined && stepField?.toLowerCase() === 'epoch';
  return {
    step,
    stepField,
    said: {
      ...(step === undefined || repeats ? {} : { step }),
      ...(rank === undefined ? {} : { rank }),
      ...(time === undefined ? {} : { time }),
    },
  };
}

const levelName = /^(?:level|levelname|severity|lvl|loglevel|log[._]level)$/i;
const logClockName = /^(?:@?timestamp|time|ts|asctime|datetime|date)$/i;
const messageName = /^(?:msg|message|event|logger)$/i;

function isLogLine(fields: Record<string, unknown>): boolean {
  const names = Object.keys(fields);
  if (names.some(name => levelName.test(name))) return true;
  return names.some(name => logClockName.test(name)) && names.some(name => messageName.test(name));
}

function longForm(fields: Record<string, unknown>): { key: string; value: number } | undefined {
  const value = numberOf(fields['value']);
  if (value === undefined) return undefined;
  for (const field of longFormNames) {
    const key = fields[field];
    if (typeof key === 'string' && key !== '') return { key: boundedKey(key), value };
  }
  return undefined;
}

function collectMetric(
  key: string,
  value: unknown,
  stepField: string | undefined,
  into: { key: string; value: number }[],
  depth: number,
): void {
  if (isRecord(value)) {
    if (depth < deepestNesting) collectMetrics(key, value, undefined, into, depth + 1);
    return;
  }
  if (key === '' || into.length >= mostKeysPerLine) return;
  const numbers = Array.isArray(value) ? numbersOf(value) : undefined;
  const single = numberOf(value);
  if (numbers === undefined && single === undefined) return;
  const name = key.slice(key.lastIndexOf('/') + 1);
  const meaning = meaningOf(name);
  if (key === stepField || meaning.never || meaning.withinEpoch) return;
  // Other coordinates of the same line say nothing new; the epoch of a step does.
  const isPlace = meaning.step >= 0 && (name.toLowerCase() !== 'epoch' || typeof value !== 'number');
  if (depth === 0 && isPlace) return;
  if (meaning.clock && clockTime(single ?? value) !== undefined) return;
  if (single !== undefined) into.push({ key: boundedKey(key), value: single });
  for (const { place, value: one } of numbers ?? [])
    if (into.length < mostKeysPerLine) into.push({ key: boundedKey(`${key}/${place}`), value: one });
}

function collectMetrics(
  prefix: string,
  fields: Record<string, unknown>,
  stepField: string | undefined,
  into: { key: string; value: number }[],
  depth: number,
): void {
  for (const [key, value] of Object.entries(fields))
    collectMetric(prefix === '' ? key : `${prefix}/${key}`, value, stepField, into, depth);
}
