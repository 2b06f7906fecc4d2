/**
 * What one record of trackio says, in its fragments and in its database alike: metrics, media among them, and the
 * config of the run. Format: trackio `utils.serialize_values`, version 0.43.
 */
import { histogramOfEdges } from '../histogramOfEdges.ts';
import type { Histogram } from '../../runs/media.ts';
import { collectParameters, isRecord } from '../collectParameters.ts';
import type { ContentBuilder } from '../files/contentBuilder.ts';
import { mediaTypeOf } from '../files/mediaTypes.ts';
import { safeRelativePath } from '../files/safeRelativePath.ts';
import { boundedKey } from '../metricNames.ts';

const deepestNesting = 16;
const mostPoints = 20_000;
/** JSON does not know them; trackio writes them as text. */
const specialNumbers = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

export interface RecordPlace {
  readonly step: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** @param prefix Put before each key, with a slash; none when empty. */
export function takeMetrics(
  metrics: Readonly<Record<string, unknown>>,
  place: RecordPlace,
  prefix: string,
  into: ContentBuilder,
): void {
  let room = mostPoints;
  const collect = (before: string, fields: Readonly<Record<string, unknown>>, depth: number): void => {
    for (const [name, value] of Object.entries(fields)) {
      const key = boundedKey(before === '' ? name : `${before}/${name}`);
      const number = typeof value === 'string' ? specialNumbers.get(value) : value;
      if (typeof number === 'number') {
        if (room-- > 0) into.points.push({ key, ...place, value: number });
      } else if (isRecord(value)) {
        if (typeof value['_type'] === 'string') takeMedia(key, value['_type'], value, place, into);
        else if (depth < deepestNesting) collect(key, value, depth + 1);
      }
    }
  };
  collect(prefix, metrics, 0);
}

/** Names that begin with an underscore are trackio's own. */
export function takeConfig(config: unknown, prefix: string, into: ContentBuilder): void {
  if (!isRecord(config)) return;
  const own = Object.entries(config).filter(([name]) => !name.startsWith('_'));
  collectParameters(prefix, Object.fromEntries(own), into.parameters);
}

function takeMedia(
  key: string,
  type: string,
  value: Readonly<Record<string, unknown>>,
  place: RecordPlace,
  into: ContentBuilder,
): void {
  const path = value['file_path'];
  if (typeof path === 'string') {
    const file = safeRelativePath(path);
    if (file === undefined) return;
    const mediaType = mediaTypeOf(file);
    const kind = type === 'trackio.image' ? 'image' : 'file';
    into.media.push({ kind, key, ...place, file, ...(mediaType === undefined ? {} : { mediaType }) });
    return;
  }
  const histogram = type === 'trackio.histogram' ? histogramOf(value) : undefined;
  if (histogram !== undefined) into.media.push({ kind: 'histogram', key, ...place, histogram });
  else if (type === 'trackio.table') {
    const bytes = Buffer.from(JSON.stringify(value['_value'] ?? []));
    into.media.push({ kind: 'table', key, ...place, bytes, mediaType: 'application/json' });
  }
}

/** trackio keeps the edges of the bins and the counts between them. */
function histogramOf(value: Readonly<Record<string, unknown>>): Histogram | undefined {
  return histogramOfEdges(numbersOf(value['bins']), numbersOf(value['values']));
}

function numbersOf(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every(entry => typeof entry === 'number') ? value : undefined;
}
