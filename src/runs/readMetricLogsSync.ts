/** The metric logs of a run, read at once: for their own writer, who must know what they hold before it goes on. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MetricLogParser, SeriesCollection } from './metricLogParser.ts';

/**
 * @param path Of the log that is written; those that took the place of a damaged one lie beside it
 * (`metrics.<ulid>.bin` beside `metrics.bin`). Missing files are empty ones. Throws the system's error.
 */
export function readMetricLogsSync(path: string): SeriesCollection {
  const collection = new SeriesCollection();
  const own = basename(path);
  const start = `${own.slice(0, -'.bin'.length)}.`;
  const names = readdirSync(dirname(path)).filter(
    name => name === own || (name.startsWith(start) && name.endsWith('.bin')),
  );
  // As metricLogPaths orders them: the log itself first, then by age.
  names.sort((a, b) => (a === own ? -1 : b === own ? 1 : a < b ? -1 : 1));
  for (const name of names) new MetricLogParser(collection).feed(readFileSync(join(dirname(path), name)));
  return collection;
}
