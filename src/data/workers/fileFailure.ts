/** An error of one file, as it travels from a thread. */
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import type { FileFailure } from './dataJobs.ts';

export function fileFailure(index: number, error: unknown): FileFailure {
  return { index, code: systemErrorCode(error) ?? 'unknown', message: errorText(error) };
}

/** Throws a failure that has a code of ours: `changed`, `corrupt`, `special`. */
export function ownFailure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
