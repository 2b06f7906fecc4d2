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

export interface NameMeaning {
  /** The place in the order of step names, or -1. */
  readonly step: number;
  readonly withinEpoch: boolean;
  readonly rank: boolean;
  /** Identifies, dates or locates something: never charted. `run_id` and the like too. */
  readonly never: boolean;
  /** A moment. `time` also names a duration, so its value decides; see {@link clockTime}. */
  readonly clock: boolean;
}

/** The same few names come a million times. */
const meanings = new Map<string, NameMeaning>();
const mostMeanings = 5000;

/** What a name alone says, whatever its value. */
export function meaningOf(name: string): NameMeaning {
  const known = meanings.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const meaning: NameMeaning = {
    step: stepNames.indexOf(lower),
    withinEpoch: withinEpochNames.has(lower),
    rank: /^_?(?:global_)?rank$/.test(lower),
    never: neverMetricNames.has(lower) || /(?:^|[_.])(?:id|uuid|pid|port)$/.test(lower),
    clock: /^(?:_?timestamp|@timestamp|ts|time|wall_time|datetime|asctime)$/.test(lower),
  };
  if (meanings.size < mostMeanings) meanings.set(name, meaning);
  return meaning;
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
