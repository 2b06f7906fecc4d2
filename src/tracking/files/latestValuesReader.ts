/**
 * DVCLive's `metrics.json`: the latest value of each metric, nested by `/`, and `step`. Most metrics have a table of
 * their own; told here is what has none (`plot=False`, values put into `live.summary`).
 */
import type { MetricPoint } from '../../runs/metricSeries.ts';
import { isRecord } from '../collectParameters.ts';
import { parseLenientJson } from '../lenientJson.ts';
import { boundedKey } from '../metricNames.ts';
import { noContent } from '../sourceReader.ts';
import type { RewrittenReader, SourceContent } from '../sourceReader.ts';

const largestFile = 1024 * 1024;
const mostMetrics = 2000;
const deepestNesting = 16;
/** DVCLive writes what JSON does not know as text. */
const specialNumbers = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

export class LatestValuesReader implements RewrittenReader {
  readonly #hasTable: (key: string) => boolean;
  #told = '';
  #count = 0;
  #saidLarge = false;

  /** @param hasTable Whether the metric `key` has a table of its own now. */
  constructor(hasTable: (key: string) => boolean) {
    this.#hasTable = hasTable;
  }

  read(content: Uint8Array, time: number): SourceContent {
    if (content.length > largestFile) {
      if (this.#saidLarge) return noContent;
      this.#saidLarge = true;
      return { ...noContent, problems: ['the file is larger than 1 MiB: its values are left out'] };
    }
    const text = Buffer.from(content).toString('utf8');
    if (text === this.#told) return noContent;
    const fields = parseLenientJson(text);
    // It is not written in one go: half of it is no JSON, and the whole follows.
    if (!isRecord(fields)) return noContent;
    this.#told = text;
    const said = fields['step'];
    const step = typeof said === 'number' ? said : this.#count;
    this.#count++;
    const points: MetricPoint[] = [];
    const collect = (prefix: string, values: Record<string, unknown>, depth: number): void => {
      for (const [name, value] of Object.entries(values)) {
        const key = prefix === '' ? name : `${prefix}/${name}`;
        if (isRecord(value)) {
          if (depth < deepestNesting) collect(key, value, depth + 1);
          continue;
        }
        const number = typeof value === 'string' ? specialNumbers.get(value) : value;
        if (
          typeof number === 'number' &&
          key !== 'step' &&
          points.length < mostMetrics &&
          !this.#hasTable(key)
        )
          points.push({ key: boundedKey(key), step, time, value: number });
      }
    };
    collect('', fields, 0);
    // Each content holds the latest values only, so nothing comes before them.
    return points.length === 0 ? noContent : { ...noContent, points, before: 0 };
  }
}
