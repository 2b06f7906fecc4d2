/** The schema of a value together with how it is known; apart from known.ts, which needs no schema library. */
import * as z from 'zod';

/** The zod schema of {@link import('./known.ts').Known} over the schema of its value. */
export function knownSchema<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('known', [
    z.looseObject({ known: z.literal('captured'), value }),
    z.looseObject({ known: z.literal('declared'), value, reason: z.string().optional() }),
    z.looseObject({ known: z.literal('unknown'), reason: z.string() }),
  ]);
}
