/** A failure that may pass: whoever meets it asks again after a while before it is told. */
import { LockstepError } from '../../base/lockstepError.ts';

export class PassingTrouble extends LockstepError {
  /** How long the remote itself asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(details: {
    readonly code: string;
    readonly message: string;
    readonly mend?: string;
    readonly retryAfterMs?: number;
    readonly cause?: unknown;
  }) {
    super(details);
    this.retryAfterMs = details.retryAfterMs;
  }
}
