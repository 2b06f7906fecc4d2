/** Whether a file whose content was not recorded is surely, or most likely, another one by now. */
import type { FileUse } from '../../runs/captured.ts';

/**
 * @param isHere The record was made on this machine: else another time of a file says nothing.
 * @returns True where size or time are not the recorded ones.
 */
export function isOtherFile(
  { size, modifiedAt }: Pick<FileUse, 'size' | 'modifiedAt'>,
  found: { readonly size: number; readonly mtimeMs: number },
  isHere = true,
): boolean {
  if (size !== undefined && size !== found.size) return true;
  // Times of a record went through another language: a part of a millisecond may be lost.
  return isHere && modifiedAt !== undefined && Math.abs(modifiedAt - found.mtimeMs) >= 1;
}
