/** What was found at a pinned path. */
import type { FolderListing, ListedFile } from '../folderListing.ts';
import { listingBytes, listingId } from '../listing/listingBytes.ts';
import type { ObjectId } from '../objectId.ts';
import { readStat, statWidth, type FileColumns } from '../walk/fileColumns.ts';
import type { WalkProblem } from '../walk/walkBatch.ts';

export interface HashedPath {
  readonly path: string;
  /** `other`: a link to a folder, a broken link, a socket: never data. */
  readonly kind: 'missing' | 'file' | 'folder' | 'other';
  /** Of a file its hash, of a folder that of its listing. Absent where something could not be hashed, see `problems`. */
  readonly object?: ObjectId;
  /** Sum of bytes. */
  readonly size: number;
  /** Number of files; 1 for a file. */
  readonly files: number;
  /** A single file that its owner may execute. */
  readonly executable: boolean;
  /** Of a folder, relative to it; of a file its own numbers under the path ''. */
  readonly columns: FileColumns;
  /** 16 bytes for each path in `columns`; zeros for what could not be hashed. */
  readonly md5s: Uint8Array;
  /** For each path: 1 where the hash may be believed as long as the numbers stay. */
  readonly settled: Uint8Array;
  /** What was left out or could not be read; paths relative to the output. */
  readonly problems: readonly WalkProblem[];
  /** The files of a folder (those that could be hashed); made when asked for. */
  listing(): FolderListing;
}

/** What hashing the files of a folder, or many single files, came to. */
export interface HashedColumns {
  readonly columns: FileColumns;
  readonly md5s: Uint8Array;
  readonly settled: Uint8Array;
  /** Value of the listing, where the state knew it. */
  readonly listing?: string;
  readonly problems: readonly WalkProblem[];
}

const nothing: FileColumns = { paths: [], stats: new Float64Array(0) };

export function emptyResult(path: string, kind: HashedPath['kind']): HashedPath {
  return {
    path,
    kind,
    size: 0,
    files: 0,
    executable: false,
    columns: nothing,
    md5s: new Uint8Array(0),
    settled: new Uint8Array(0),
    problems: [],
    listing: () => ({ files: [] }),
  };
}

/** The file at `index` of many. */
export function fileResult(
  path: string,
  algorithm: ObjectId['algorithm'],
  hashed: HashedColumns,
  index: number,
): HashedPath {
  const stats = hashed.columns.stats.slice(index * statWidth, (index + 1) * statWidth);
  const md5s = hashed.md5s.slice(index * 16, index * 16 + 16);
  const value = isHashed(md5s, 0) ? hexOf(md5s) : undefined;
  return {
    path,
    kind: 'file',
    ...(value === undefined ? {} : { object: { algorithm, value } }),
    size: readStat(stats, 0, 'size'),
    files: 1,
    executable: (readStat(stats, 0, 'mode') & 0o100) !== 0,
    columns: { paths: [''], stats },
    md5s,
    settled: hashed.settled.slice(index, index + 1),
    problems: hashed.problems
      .filter(problem => problem.path === path)
      .map(problem => ({ ...problem, path: '' })),
    listing: () => ({ files: [] }),
  };
}

export function folderResult(
  path: string,
  algorithm: ObjectId['algorithm'],
  hashed: HashedColumns,
  walkProblems: readonly WalkProblem[],
): HashedPath {
  const { columns, md5s } = hashed;
  const count = columns.stats.length / statWidth;
  let size = 0;
  for (let index = 0; index < count; index += 1) size += readStat(columns.stats, index, 'size');
  let made: FolderListing | undefined;
  return {
    path,
    kind: 'folder',
    ...(hashed.listing === undefined ? {} : { object: { algorithm, value: hashed.listing } }),
    size,
    files: count,
    executable: false,
    columns,
    md5s,
    settled: hashed.settled,
    problems: [...walkProblems, ...hashed.problems],
    listing: () => (made ??= listingOf(columns, md5s)),
  };
}

/** Leaves out what could not be hashed. */
export function listingOf(columns: FileColumns, md5s: Uint8Array): FolderListing {
  const hex = hexOf(md5s);
  const files: ListedFile[] = [];
  for (const [index, relativePath] of columns.paths.entries())
    if (isHashed(md5s, index)) files.push({ relativePath, md5: hex.slice(index * 32, index * 32 + 32) });
  return { files };
}

/** The value of the listing of all these files. */
export function listingValue(columns: FileColumns, md5s: Uint8Array): string {
  return listingId(listingBytes(listingOf(columns, md5s))).value;
}

export function isHashed(md5s: Uint8Array, index: number): boolean {
  for (let at = index * 16; at < index * 16 + 16; at += 1) if (md5s[at] !== 0) return true;
  return false;
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
