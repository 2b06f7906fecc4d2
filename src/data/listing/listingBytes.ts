/**
 * The bytes of a `.dir` object: what Python's `json.dumps(entries, sort_keys=True)` writes. ASCII alone, `", "` and
 * `": "` between, sorted by code point, no newline at the end. Source: dvc-data `hashfile/tree.py` `as_bytes`.
 */
import { hash } from 'node:crypto';
import type { FolderListing, ListedFile } from '../folderListing.ts';
import type { ObjectId } from '../objectId.ts';
import { comparePaths, needsCodePoints } from './comparePaths.ts';

export function listingBytes(listing: FolderListing): Buffer {
  const parts = sortFiles(listing.files).map(
    file => `{"md5": "${file.md5}", "relpath": ${pythonString(file.relativePath)}}`,
  );
  return Buffer.from(`[${parts.join(', ')}]`, 'latin1');
}

/** The id of a listing; always DVC 3's. */
export function listingId(bytes: Uint8Array): ObjectId {
  return { algorithm: 'md5', value: `${hash('md5', bytes)}.dir` };
}

/** Sorted by code point; the same array where it was already. */
export function sortFiles(files: readonly ListedFile[]): readonly ListedFile[] {
  const compare = needsCodePoints(files.map(file => file.relativePath)) ? comparePaths : compareUnits;
  const order = (one: ListedFile, other: ListedFile): number => compare(one.relativePath, other.relativePath);
  for (let index = 1; index < files.length; index += 1) {
    const [before, here] = [files[index - 1], files[index]];
    if (before !== undefined && here !== undefined && order(before, here) > 0) return [...files].sort(order);
  }
  return files;
}

function compareUnits(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};
const escaped = /["\\]|[^ -~]/g;

/** As Python's `json.dumps` with `ensure_ascii`: DEL is escaped, too, and hexadecimal digits are lower-case. */
function pythonString(text: string): string {
  const inside = text.replace(
    escaped,
    unit => named[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${inside}"`;
}
