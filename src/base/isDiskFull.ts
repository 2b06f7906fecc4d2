import { systemErrorCode } from './systemError.ts';

/** Whether a disk, or what a person may use of it, is full: by the system's code, or by the words of a program that met it. */
export function isDiskFull(error: unknown): boolean {
  const code = systemErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  if (!(error instanceof Error)) return false;
  return /No space left on device|Disk quota exceeded|\b(?:ENOSPC|EDQUOT)\b/.test(error.message)
    ? true
    : error.cause !== undefined && isDiskFull(error.cause);
}
