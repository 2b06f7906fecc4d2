/**
 * Reads a `.dir` object. Whoever can push to a remote writes these: a path that no tool writes, or that would lead
 * outside the folder, refuses the whole listing by name, and what cannot be meant (a file below a file) as well.
 */
import * as z from 'zod';
import { listingDamaged, listingRefused, listingTooLarge } from '../errors.ts';
import type { FolderListing, ListedFile } from '../folderListing.ts';
import { sortFiles } from './listingBytes.ts';

/** About five million files; a text of V8 cannot be much longer. */
export const maxListingBytes = 400 * 1024 * 1024;

export interface ParseOptions {
  /** For messages: the id, or where it came from. */
  readonly name?: string;
  /** Paths are for a system where a backslash separates and `C:` is a drive. */
  readonly windows?: boolean;
}

/** Throws `listing-damaged`, `listing-refused` (names the path) and `listing-too-large`. */
export function parseListing(bytes: Uint8Array, options: ParseOptions = {}): FolderListing {
  const name = options.name ?? 'of a folder';
  if (bytes.length > maxListingBytes) throw listingTooLarge(name, bytes.length, maxListingBytes);
  const windows = options.windows ?? process.platform === 'win32';
  const files = readEntries(bytes, name).map((entry, index): ListedFile => {
    if (!isEntry(entry)) throw listingDamaged(name, `entry ${index} has no path and hash`);
    const { relpath, md5 } = entry;
    const wrong = badPath(relpath, windows);
    if (wrong !== undefined) throw listingRefused(name, relpath, wrong);
    if (!md5Form.test(md5)) throw listingDamaged(name, `${JSON.stringify(md5)} of ${relpath} is no hash`);
    return { relativePath: relpath, md5 };
  });
  const sorted = sortFiles(files);
  refuseConflicts(sorted, name);
  return { files: sorted };
}

const md5Form = /^[0-9a-f]{32}$/;
const listingSchema = z.array(z.unknown());

function readEntries(bytes: Uint8Array, name: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw listingDamaged(name, error instanceof SyntaxError ? 'it is not JSON' : 'it is not UTF-8');
  }
  const entries = listingSchema.safeParse(value);
  if (!entries.success) throw listingDamaged(name, 'it is not a list');
  return entries.data;
}

/** By hand, not by a schema: there may be millions, and two fields of each are read. */
function isEntry(entry: unknown): entry is { relpath: string; md5: string } {
  if (typeof entry !== 'object' || entry === null) return false;
  const { relpath, md5 } = entry as { relpath?: unknown; md5?: unknown };
  return typeof relpath === 'string' && typeof md5 === 'string';
}

const badPart = /(?:^|\/)(?:\.{0,2}|\.git|\.hg|\.dvc)(?:\/|$)/i;
// eslint-disable-next-line no-control-regex -- NUL ends a path for the system, and what follows it is lost
const nul = /\u0000/;
const loneSurrogate = /\p{Surrogate}/u;
const badOnWindows = /[\\:]/;
const maxPathLength = 4096;

function badPath(path: string, windows: boolean): string | undefined {
  if (path.startsWith('/')) return 'which is an absolute path';
  const part = badPart.exec(path)?.[0].replaceAll('/', '');
  if (part !== undefined)
    return part === '' || /^\.+$/.test(part)
      ? 'which has an empty part, "." or ".."'
      : `which lies in ${part}`;
  if (nul.test(path)) return 'which has a NUL in it';
  if (path.length > maxPathLength) return 'which is too long for a path';
  if (windows && badOnWindows.test(path)) return 'which means another path on Windows';
  // Names that are not UTF-8 (half of a pair stands for such a byte) cannot be placed by Node.
  return loneSurrogate.test(path) ? 'whose name is not UTF-8' : undefined;
}

function refuseConflicts(files: readonly ListedFile[], name: string): void {
  const folders = new Set<string>();
  let last = '';
  let lastParent = '';
  for (const { relativePath } of files) {
    if (relativePath === last) throw listingRefused(name, relativePath, 'which it names twice');
    last = relativePath;
    const parent = relativePath.slice(0, Math.max(0, relativePath.lastIndexOf('/')));
    if (parent === lastParent) continue;
    lastParent = parent;
    for (let folder = parent; folder !== '' && !folders.has(folder); folder = parentOf(folder))
      folders.add(folder);
  }
  for (const { relativePath } of files)
    if (folders.has(relativePath))
      throw listingRefused(name, relativePath, 'which is to be a file and a folder');
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
