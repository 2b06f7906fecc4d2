import type { Histogram } from '../runs/media.ts';

/**
 * A histogram from the edges of its buckets and the counts between them, as W&B and trackio keep it: one edge more than
 * counts, else undefined. The sum of the values is not known.
 */
export function histogramOfEdges(
  edges: readonly number[] | undefined,
  counts: readonly number[] | undefined,
): Histogram | undefined {
  if (counts === undefined || edges?.length !== counts.length + 1) return undefined;
  return {
    min: edges[0] ?? null,
    max: edges.at(-1) ?? null,
    count: counts.reduce((sum, count) => sum + count, 0),
    sum: null,
    ends: edges.slice(1),
    counts: [...counts],
  };
}
