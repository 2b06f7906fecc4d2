/**
 * Whether a file is still what a run had read. Size and time tell nearly always; content is read only within a budget,
 * and where that is spent the answer is that nobody knows.
 */
import { stat } from 'node:fs/promises';
import { hashFolderContents, hashListing, listFolder } from '../../execution/capture/hashFolder.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import { isOtherFile } from '../restore/isOtherFile.ts';

/** Bytes that may still be read to tell. */
export interface ReadingBudget {
  left: number;
}

export type FileNow =
  | { readonly state: 'same' | 'missing' }
  | { readonly state: 'changed'; readonly sha256?: string | undefined }
  /** It is there, but the record does not say enough to tell: a reproduction cannot verify it either. */
  | { readonly state: 'unverified'; readonly reason: string }
  /** A reproduction will tell; here it would take too long. */
  | { readonly state: 'untold'; readonly reason: string };

export type RecordedFile = Pick<FileUse, 'size' | 'modifiedAt' | 'sha256' | 'hashOf'>;

/** Rejects only when aborted. @param isHere The record was made on this machine. */
export async function fileNow(
  path: string,
  recorded: RecordedFile,
  budget: ReadingBudget,
  signal?: AbortSignal,
  isHere = true,
): Promise<FileNow> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return { state: 'missing' };
  const { size, modifiedAt, sha256 } = recorded;
  if (found.isDirectory()) return folderNow(path, recorded, budget, signal);
  if (sha256 === undefined)
    return isOtherFile(recorded, found, isHere)
      ? { state: 'changed' }
      : { state: 'unverified', reason: 'the run did not record its content' };
  const sameSize = size === undefined || size === found.size;
  // Times of a record went through another language: a part of a millisecond may be lost.
  if (sameSize && modifiedAt !== undefined && Math.abs(modifiedAt - found.mtimeMs) < 1)
    return { state: 'same' };
  if (found.size > budget.left) {
    if (!sameSize) return { state: 'changed' };
    return { state: 'untold', reason: 'it was written to since, and is too large to be read now' };
  }
  budget.left -= found.size;
  const now = await hashFile(path, signal);
  signal?.throwIfAborted();
  if (now === undefined) return { state: 'untold', reason: 'it cannot be read' };
  return now === sha256 ? { state: 'same' } : { state: 'changed', sha256: now };
}

const mostFiles = 20_000;

async function folderNow(
  path: string,
  { size, sha256, hashOf }: RecordedFile,
  budget: ReadingBudget,
  signal: AbortSignal | undefined,
): Promise<FileNow> {
  if (sha256 === undefined) return { state: 'unverified', reason: 'the run did not record its content' };
  const listing = await listFolder(path, mostFiles, signal);
  if (listing.cut) return { state: 'untold', reason: 'it has too many files to be looked at now' };
  if (hashOf !== 'contents') {
    const now = hashListing(listing.files);
    if (now !== sha256) return { state: 'changed', sha256: now };
    return { state: 'unverified', reason: 'of its files only names and sizes were recorded' };
  }
  if (size !== undefined && size !== listing.size) return { state: 'changed' };
  if (listing.size > budget.left)
    return { state: 'untold', reason: 'it is too large to be read now; its size has not changed' };
  budget.left -= listing.size;
  const now = await hashFolderContents(path, listing, signal).catch(() => undefined);
  signal?.throwIfAborted();
  if (now === undefined) return { state: 'untold', reason: 'it cannot be read' };
  return now === sha256 ? { state: 'same' } : { state: 'changed', sha256: now };
}
