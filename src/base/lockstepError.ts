/**
 * The one error type that crosses rooms. Each room has a catalogue `errors.ts` with one function per failure;
 * only the edges (command line, editor) turn an error into a message or an exit code.
 */
export class LockstepError extends Error {
  /** Stable, kebab-case: `run-not-found`. Scripts may match on it. */
  readonly code: string;
  /** What the person can do about it; one imperative sentence, a command where there is one. */
  readonly mend: string | undefined;
  /** `usage`: the request was wrong (exit 2). `impossible`: it could not be done or told (exit 3). */
  readonly kind: 'usage' | 'impossible';

  constructor(details: {
    code: string;
    /** What failed and why, in one or two sentences without a trailing mend. */
    message: string;
    mend?: string;
    kind?: 'usage' | 'impossible';
    cause?: unknown;
  }) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LockstepError';
    this.code = details.code;
    this.mend = details.mend;
    this.kind = details.kind ?? 'impossible';
  }
}
