/**
 * A value together with how it is known. `captured`: measured by us. `declared`: somebody's word, not verified.
 * `unknown`: not to be had, with the reason; unknown never equals unknown.
 */

export type Known<T> =
  | { readonly known: 'captured'; readonly value: T }
  | { readonly known: 'declared'; readonly value: T; readonly reason?: string | undefined }
  | { readonly known: 'unknown'; readonly reason: string };

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
