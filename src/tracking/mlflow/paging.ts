/** Pages of an answer. A token is the number of things before the page, so it outlives a change of supervisor. */
import { invalidValue } from './mlflowProblem.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** Spread into the answer. */
  readonly next: { readonly next_page_token?: string };
}

/** Everything when `most` is absent or 0. Throws INVALID_PARAMETER_VALUE for a token that is not one. */
export function pageOf<T>(all: readonly T[], most: number | undefined, token: string | undefined): Page<T> {
  const from = offsetOf(token);
  if (most !== undefined && most < 0)
    throw invalidValue(`Invalid value ${most} for parameter 'max_results' supplied.`);
  const until = most === undefined || most === 0 ? all.length : from + most;
  return {
    items: all.slice(from, until),
    next:
      until < all.length
        ? { next_page_token: Buffer.from(`{"offset": ${until}}`).toString('base64url') }
        : {},
  };
}

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^\{"offset": (\d{1,15})\}$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  if (offset === undefined) throw invalidValue(`Invalid page token: ${token}`);
  return Number(offset);
}
