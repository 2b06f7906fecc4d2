/**
 * Which names mean a step, a rank, a clock, or nothing that belongs on a chart. Shared by all line parsers, so that
 * the same name means the same everywhere.
 */
import { createHash } from 'node:crypto';

/** In order of preference: a line with `step` and `epoch` is at its step. */
const stepNames = [
  'step',
  'global_step',
  'globalstep',
  '_step',
  'iteration',
  'iter',
  'it',
  'num_updates',
  'update',
  'episode',
  'round',
  'epoch',
];

/** Position within an epoch: starts again with every epoch, so it is no step of the run. */
const withinEpochNames = new Set(['batch', 'batch_idx', 'batch_index', 'batch_id', 'minibatch']);

/** Identify, locate or date something; a curve of them says nothing. */
const neverMetricNames = new Set([
  ...['pid', 'ppid', 'tid', 'thread', 'thread_id', 'process', 'process_id', 'rank', 'local_rank'],
  ...['global_rank', 'world_size', 'port', 'line', 'lineno', 'line_number', 'level', 'levelno', 'lvl'],
  ...['severity', 'code', 'status', 'status_code', 'exit_code', 'errno', 'id', 'uid', 'gid', 'uuid', 'v'],
  ...['version', 'schema_version', 'timestamp', '_timestamp', 'ts', '@timestamp', 'date', 'datetime'],
  ...['asctime', 'created', 'msecs', 'relativecreated', 'wall_time', '_runtime', 'eta', 'host', 'hostname'],
]);

/** The place of `name` in the order of step names, or -1. */
export function stepPreference(name: string): number {
  return stepNames.indexOf(name.toLowerCase());
}

export function isWithinEpoch(name: string): boolean {
  return withinEpochNames.has(name.toLowerCase());
}

export function isRankName(name: string): boolean {
  return /^_?(?:global_)?rank$/i.test(name);
}

/** Names that are not charted: identifiers, clocks, log levels, ports. `run_id` and the like too. */
export function isNeverMetric(name: string): boolean {
  const lower = name.toLowerCase();
  return neverMetricNames.has(lower) || /(?:^|[_.])(?:id|uuid|pid|port)$/.test(lower);
}

/** Names of a moment. `time` also names a duration, so its value decides; see {@link clockTime}. */
export function isClockName(name: string): boolean {
  return /^(?:_?timestamp|@timestamp|ts|time|wall_time|datetime|asctime)$/i.test(name);
}

/** Milliseconds since the epoch when `value` is plainly a date (after 2001): ISO text, seconds, milliseconds. */
export function clockTime(value: unknown): number | undefined {
  if (typeof value === 'number') {
    if (value > 1e9 && value < 1e11) return value * 1000;
    if (value > 1e12 && value < 1e14) return value;
    return undefined;
  }
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) return undefined;
  const time = Date.parse(value.replace(' ', 'T').replace(',', '.'));
  return Number.isNaN(time) ? undefined : time;
}

const longestKey = 500;

/** A key that is bounded yet still its own: an overlong one ends in a hash of the whole. */
export function boundedKey(key: string): string {
  if (key.length <= longestKey) return key;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return `${key.slice(0, longestKey - 13)}…${hash}`;
}
