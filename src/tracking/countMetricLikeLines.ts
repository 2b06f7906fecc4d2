/** How many lines of a log look like metrics: what the editor asks about when a run has no metric yet. */
import { createReadStream } from 'node:fs';
import { LineFolder, metricSources } from './lineFolder.ts';

export interface MetricLikeLines {
  readonly lines: number;
  /** The first names found, in order: for "12 lines look like metrics (loss, accuracy)". */
  readonly keys: readonly string[];
}

const mostKeys = 20;

/** Fewer are chance. */
export const fewestMetricLines = 3;

/**
 * Looks at the first `limitBytes` (default 4 MiB) of the log at `path`; a missing or unreadable log has none.
 * Rejects only when `signal` aborts.
 */
export async function countMetricLikeLines(
  path: string,
  options: { readonly limitBytes?: number; readonly signal?: AbortSignal } = {},
): Promise<MetricLikeLines> {
  const keys = new Set<string>();
  let lines = 0;
  const folder = new LineFolder({
    source: metricSources.stdoutText,
    onReport: report => {
      lines++;
      for (const { key } of report.metrics) if (keys.size < mostKeys) keys.add(key);
    },
  });
  try {
    const end = (options.limitBytes ?? 4 * 1024 * 1024) - 1;
    for await (const chunk of createReadStream(path, { end, signal: options.signal }))
      folder.push(chunk as Buffer, 0);
  } catch {
    options.signal?.throwIfAborted();
  }
  return { lines, keys: [...keys] };
}
