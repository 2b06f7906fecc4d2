/**
 * The files that a program kept in its record (images, artifacts, logged models) as they are shared: small ones, by
 * names that mean the same everywhere. Everything else is named, so that a colleague knows what there is.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openOwnFile } from '../../base/openOwnFile.ts';
import { listArtifacts } from '../../runs/listArtifacts.ts';
import { readMediaLines } from '../../runs/media.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import { listingBytesOf, recordFileOf, recordLimits, recordPathOf } from './manifest.ts';
import { localText, neutralText, neutralValue, type Neutral } from './neutralText.ts';

/** Of one file that is shared unless somebody says otherwise: what hosts of git advise. */
export const keptFileBytes = 1024 * 1024;
/** The most that somebody can say. */
export const mostKeptFileBytes = 64 * 1024 * 1024;
/** Of all files of a run with its child runs, or of one that is larger than that. */
const allBytes = 32 * 1024 * 1024;
const mostFiles = 2000;
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

export interface KeptFiles {
  /** By path in the commit. */
  readonly files: readonly (readonly [string, Buffer])[];
  readonly left: readonly LeftOut[];
}

/** @param child The id of a child run. Takes from `room`. */
export async function keptFiles(
  paths: RunPaths,
  child: string | undefined,
  neutral: Neutral,
  room: KeptRoom,
): Promise<KeptFiles> {
  const { artifacts, more } = await listArtifacts(paths);
  const all = [...(await mediaFilesIn(paths)), ...artifacts];
  const files: [string, Buffer][] = [];
  const left: LeftOut[] = [];
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
    files.push([target, neutralBytes(bytes, neutral)]);
    shared.add(path);
  }
  if (more) left.push({ path: '', why: `there are more than ${artifacts.length} artifacts` });
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
  return { files, left };
}

/** The reader's home folder in place of the placeholder, in a text. */
export function localKept(bytes: Buffer, home: string): Buffer {
  const text = textOf(bytes);
  return text === undefined ? bytes : Buffer.from(localText(text, home));
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

async function mediaFilesIn({ dir, mediaFiles }: RunPaths) {
  const folder = await lstat(mediaFiles).catch(() => undefined);
  if (folder?.isSymbolicLink() === true) return [{ path: 'media', kind: 'link' as const, size: folder.size }];
  const names = await readdir(mediaFiles).catch(() => []);
  const found = [];
  for (const name of names.sort()) {
    const path = `media/${name}`;
    const stats = await lstat(join(dir, path)).catch(() => undefined);
    if (stats?.isDirectory() !== false) continue;
    found.push({ path, kind: stats.isFile() ? ('file' as const) : ('link' as const), size: stats.size });
  }
  return found;
}

/** Without those whose file stays here: they would show nothing. */
async function mediaLines(
  { media }: RunPaths,
  shared: ReadonlySet<string>,
  neutral: Neutral,
  most: number,
): Promise<{ readonly bytes?: Buffer; readonly beyond: number }> {
  const text = await readFile(media, 'utf8').catch(() => undefined);
  if (text === undefined) return { beyond: 0 };
  const lines = readMediaLines(text)
    .filter(({ file }) => file === undefined || shared.has(file))
    .map(entry => `${JSON.stringify(neutralValue(entry, neutral))}\n`);
  const limit = Math.min(recordFileOf('record/media.jsonl')?.maxBytes ?? 0, most);
  let size = 0;
  const fitting = lines.filter(line => (size += Buffer.byteLength(line)) <= limit);
  const beyond = lines.length - fitting.length;
  return fitting.length === 0 ? { beyond } : { bytes: Buffer.from(fitting.join('')), beyond };
}

/** Of a text, without names of people; of everything else as it is. */
function neutralBytes(bytes: Buffer, neutral: Neutral): Buffer {
  const text = textOf(bytes);
  return text === undefined ? bytes : Buffer.from(neutralText(text, neutral));
}

/** Undefined for bytes that are no UTF-8, or hold a zero: programs mean them byte by byte. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function megabytes(size: number): string {
  return `${(size / 1024 / 1024).toFixed(size < 10 * 1024 * 1024 ? 1 : 0)} MiB`;
}
