/**
 * A value together with how it is known. `captured`: measured by us. `declared`: somebody's word, not verified.
 * `unknown`: not to be had, with the reason; unknown never equals unknown.
 */
import * as z from 'zod';

export type Known<T> =
  | { readonly known: 'captured'; readonly value: T }
  | { readonly known: 'declared'; readonly value: T; readonly reason?: string | undefined }
  | { readonly known: 'unknown'; readonly reason: string };

/** The zod schema of {@link Known} over the schema of its value. */
export function knownSchema<T extends z.ZodType>(value: T) {
  return z.discriminatedUnion('known', [
    z.looseObject({ known: z.literal('captured'), value }),
    z.looseObject({ known: z.literal('declared'), value, reason: z.string().optional() }),
    z.looseObject({ known: z.literal('unknown'), reason: z.string() }),
  ]);
}

export function captured<T>(value: T): { known: 'captured'; value: T } {
  return { known: 'captured', value };
}

export function declared<T>(value: T, reason?: string): { known: 'declared'; value: T; reason?: string } {
  return { known: 'declared', value, ...(reason === undefined ? {} : { reason }) };
}

export function unknown(reason: string): { known: 'unknown'; reason: string } {
  return { known: 'unknown', reason };
}

/** The value where it is captured or declared, else undefined. */
export function knownValue<T>(known: Known<T> | undefined): T | undefined {
  return known === undefined || known.known === 'unknown' ? undefined : known.value;
}
