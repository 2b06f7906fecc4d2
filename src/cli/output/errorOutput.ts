/** The one document that `--json` prints on standard output when a command fails; the exit code says how. */
import * as z from 'zod';

export const errorOutputSchema = z.object({
  schemaVersion: z.literal(1),
  error: z.object({
    /** Stable, kebab-case: `run-not-found`. */
    code: z.string(),
    message: z.string(),
    /** What can be done about it. */
    mend: z.string().optional(),
  }),
});
export type ErrorOutput = z.infer<typeof errorOutputSchema>;
