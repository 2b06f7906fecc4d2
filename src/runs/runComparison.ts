/** The differences between runs as a table; also the body of `lockstep compare --json`. */
import * as z from 'zod';

export const comparisonSectionNames = [
  'command',
  'parameters',
  'metrics',
  'tags',
  'datasets',
  'code',
  'environment',
  'hardware',
  'inputs',
  'outputs',
] as const;

export const comparisonRowSchema = z.object({
  /** Parameter name, metric key, path, package… unique in its section. */
  key: z.string(),
  /** `unknown`: of at least one run it is not known, and the others agree. Unknown never equals unknown. */
  status: z.enum(['same', 'differs', 'unknown']),
  /** One for each run, in the order of `runs`; null where the run has none. NaN and infinities as text. */
  values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type ComparisonRow = z.infer<typeof comparisonRowSchema>;

export const runComparisonSchema = z.object({
  schemaVersion: z.literal(1),
  runs: z.array(z.object({ id: z.string(), name: z.string().nullable(), state: z.string() })),
  sections: z.array(
    z.object({
      name: z.enum(comparisonSectionNames),
      /** Sorted by key. Of packages and variables only those that differ. */
      rows: z.array(comparisonRowSchema),
    }),
  ),
  /** What could not be read, one line each. */
  problems: z.array(z.string()),
});
export type RunComparison = z.infer<typeof runComparisonSchema>;
