/**
 * `media.jsonl`: images, texts, histograms and tables that a program logs, by key and step. One line each, appended by
 * the supervisor after the file it names is written.
 */
import * as z from 'zod';

export const histogramSchema = z.looseObject({
  min: z.number().nullable(),
  max: z.number().nullable(),
  count: z.number(),
  sum: z.number().nullable(),
  /** Upper ends of the buckets, ascending; the first bucket begins at `min`. */
  ends: z.array(z.number()),
  /** As long as `ends`. */
  counts: z.array(z.number()),
});
export type Histogram = z.infer<typeof histogramSchema>;

export const mediaEntrySchema = z.looseObject({
  kind: z.enum(['image', 'text', 'histogram', 'table', 'file']).or(z.string()),
  key: z.string(),
  step: z.number(),
  /** Milliseconds since the epoch. */
  time: z.number(),
  rank: z.int().nonnegative().optional(),
  /** Relative to the run folder, forward slashes, never leaving it. For images, tables and files. */
  file: z.string().optional(),
  /** As `image/png`. */
  mediaType: z.string().optional(),
  text: z.string().optional(),
  histogram: histogramSchema.optional(),
  /** Pixels. */
  width: z.number().optional(),
  height: z.number().optional(),
});
export type MediaEntry = z.infer<typeof mediaEntrySchema>;

/** @param text Of `media.jsonl`; a torn or strange line is passed over. In the order of writing. */
export function readMediaLines(text: string): MediaEntry[] {
  return text.split('\n').flatMap(line => {
    if (line.trim() === '') return [];
    try {
      const entry = mediaEntrySchema.safeParse(JSON.parse(line)).data;
      return entry === undefined || (entry.file !== undefined && leavesFolder(entry.file)) ? [] : [entry];
    } catch {
      return [];
    }
  });
}

function leavesFolder(path: string): boolean {
  return /^(?:[/\\]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..');
}
