/**
 * The files that a program kept in its record (images, artifacts, logged models) as they are shared: small ones, by
 * names that mean the same everywhere, byte for byte. Everything else is named, so that a colleague knows what there is,
 * and so is who or what a file names, so that its author knows.
 */
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openOwnFile } from '../../base/openOwnFile.ts';
import { listArtifacts, type Artifact } from '../../runs/listArtifacts.ts';
import { readMediaLines } from '../../runs/media.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import { listingBytesOf, recordFileOf, recordLimits, recordPathOf } from './manifest.ts';
import { namedBy, neutralValue, type Neutral } from './neutralText.ts';
import { readOwnFile } from './readOwnFile.ts';

/** Of all files of a run with its child runs, or of one that is larger than that. */
const allBytes = 32 * 1024 * 1024;
const mostFiles = 2000;
/** Of the lines that tell of images and texts, before some are chosen. */
const mostMediaBytes = 256 * 1024 * 1024;
/** What is said about the run later finds room as well. */
const later = { bytes: 8 * 1024 * 1024, files: 1000, listing: 256 * 1024 } as const;

export interface LeftOut {
  /** Relative to the run folder; '' for many. */
  readonly path: string;
  /** A sentence without its end. */
  readonly why: string;
}

/** What one shared record has room for; counts down. */
export class KeptRoom {
  readonly fileBytes: number;
  bytes: number;
  files: number;
  listing: number;

  /**
   * @param fileBytes Of one file; 0 shares none.
   * @param others All else that is in the record, by path in the commit.
   */
  constructor(fileBytes: number, others: ReadonlyMap<string, Buffer>) {
    this.fileBytes = fileBytes;
    this.bytes = recordLimits.totalBytes - later.bytes;
    this.files = recordLimits.files - later.files;
    this.listing = recordLimits.listingBytes - later.listing;
    for (const [path, bytes] of others) this.take(path, bytes.length);
    this.bytes = Math.min(this.bytes, Math.max(allBytes, fileBytes));
    this.files = Math.min(this.files, mostFiles);
  }

  /** @param path In the commit. */
  has(path: string, size: number): boolean {
    return size <= this.bytes && this.files > 0 && listingBytesOf(path) <= this.listing;
  }

  take(path: string, size: number): void {
    this.bytes -= size;
    this.files--;
    this.listing -= listingBytesOf(path);
  }
}

/** Of a file that goes along as it is. */
export interface Naming {
  /** In the commit. */
  readonly path: string;
  /** `your home folder`. */
  readonly what: string;
}

export interface KeptFiles {
  /** By path in the commit. */
  readonly files: readonly (readonly [string, Buffer])[];
  readonly left: readonly LeftOut[];
  readonly naming: readonly Naming[];
}

/** @param child The id of a child run. Takes from `room`. */
export async function keptFiles(
  paths: RunPaths,
  child: string | undefined,
  neutral: Neutral,
  room: KeptRoom,
): Promise<KeptFiles> {
  const { files: all, more } = await keptFilesIn(paths);
  const files: [string, Buffer][] = [];
  const left: LeftOut[] = [];
  const naming: Naming[] = [];
  const shared = new Set<string>();
  for (const { path, kind, size } of all) {
    const target = recordPathOf(path, child);
    const why = whyLeft(target, kind, size, room);
    const bytes = why === undefined ? await bytesOf(paths.dir, path, room.fileBytes) : undefined;
    if (bytes === undefined) {
      left.push({ path, why: why ?? 'it cannot be read' });
      continue;
    }
    room.take(target, bytes.length);
    // Not a byte is changed: a reproduction that writes the same file has the same hash.
    files.push([target, bytes]);
    naming.push(...namingOf(target, bytes, neutral));
    shared.add(path);
  }
  if (more) left.push({ path: '', why: `there are more than ${all.length} of them` });
  const target = recordPathOf('media.jsonl', child);
  const media = await mediaLines(paths, shared, neutral, room.has(target, 0) ? room.bytes : 0);
  if (media.beyond > 0)
    left.push({
      path: 'media.jsonl',
      why: `there is no room for ${media.beyond} of its lines, the last ones`,
    });
  if (media.bytes !== undefined) {
    room.take(target, media.bytes.length);
    files.push([target, media.bytes]);
  }
  return { files, left, naming };
}

/** All that a program kept, `more` where there is more than is looked at. Links are told, not followed. */
export async function keptFilesIn(
  paths: RunPaths,
): Promise<{ readonly files: readonly Artifact[]; readonly more: boolean }> {
  const { artifacts, more } = await listArtifacts(paths);
  return { files: [...(await mediaFilesIn(paths)), ...artifacts], more };
}

/** Whether its name means the same on every machine. */
export function isShareable(path: string, child: string | undefined): boolean {
  return recordFileOf(recordPathOf(path, child)) !== undefined;
}

/** @param path In the commit. At most one. */
export function namingOf(path: string, bytes: Buffer, neutral: Neutral): Naming[] {
  const what = namedBy(bytes, neutral);
  return what === undefined ? [] : [{ path, what }];
}

function whyLeft(target: string, kind: 'file' | 'link', size: number, room: KeptRoom): string | undefined {
  if (kind === 'link') return 'a link';
  if (recordFileOf(target) === undefined) return 'its name does not mean the same on every machine';
  if (room.fileBytes === 0) return 'left out, as you said';
  if (size > room.fileBytes)
    return `${megabytes(size)}, larger than ${megabytes(room.fileBytes)}; --max-size shares larger ones`;
  if (!room.has(target, size)) return 'there is too much of it; log it as pinned data';
  return undefined;
}

/** Undefined where it is no file of the run any more, or has grown beyond `most`. */
async function bytesOf(dir: string, path: string, most: number): Promise<Buffer | undefined> {
  await using file = await openOwnFile(dir, path);
  if (file === undefined || (await file.stat()).size > most) return undefined;
  const bytes = await file.readFile().catch(() => undefined);
  return bytes === undefined || bytes.length > most ? undefined : bytes;
}

async function mediaFilesIn({ dir, mediaFiles }: RunPaths): Promise<Artifact[]> {
  const folder = await lstat(mediaFiles).catch(() => undefined);
  if (folder?.isSymbolicLink() === true) return [{ path: 'media', kind: 'link', size: folder.size }];
  const names = await readdir(mediaFiles).catch(() => []);
  const found: Artifact[] = [];
  for (const name of names.sort()) {
    const path = `media/${name}`;
    const stats = await lstat(join(dir, path)).catch(() => undefined);
    if (stats?.isDirectory() !== false) continue;
    found.push({ path, kind: stats.isFile() ? 'file' : 'link', size: stats.size });
  }
  return found;
}

/** Without those whose file stays here: they would show nothing. */
async function mediaLines(
  { dir, media }: RunPaths,
  shared: ReadonlySet<string>,
  neutral: Neutral,
  most: number,
): Promise<{ readonly bytes?: Buffer; readonly beyond: number }> {
  const text = await readOwnFile(dir, basename(media), mostMediaBytes).catch(() => undefined);
  if (text === undefined) return { beyond: 0 };
  const lines = readMediaLines(text.toString('utf8'))
    .filter(({ file }) => file === undefined || shared.has(file))
    .map(entry => `${JSON.stringify(neutralValue(entry, neutral))}\n`);
  const limit = Math.min(recordFileOf('record/media.jsonl')?.maxBytes ?? 0, most);
  let size = 0;
  const fitting = lines.filter(line => (size += Buffer.byteLength(line)) <= limit);
  const beyond = lines.length - fitting.length;
  return fitting.length === 0 ? { beyond } : { bytes: Buffer.from(fitting.join('')), beyond };
}

function megabytes(size: number): string {
  return `${(size / 1024 / 1024).toFixed(size < 10 * 1024 * 1024 ? 1 : 0)} MiB`;
}
