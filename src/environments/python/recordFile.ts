/**
 * `RECORD`: the files that an installer put there for a package, with their hashes. Source: PEP 376 and PEP 627. What
 * depends on the place or on the installer (scripts with the interpreter's path, compiled files, who installed it) is
 * left out, so that one wheel gives one hash wherever and however it is installed.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';

export interface RecordEntry {
  /** Relative to the folder that holds the package, forward slashes. */
  readonly path: string;
  /** `sha256=<base64url>`; empty where it is not recorded. */
  readonly hash: string;
  readonly size?: number;
}

/** Larger ones are taken for broken. */
const maxBytes = 64 * 1024 * 1024;

/** `sha256:<hex>` over what the RECORD in the folder `info` says; undefined where there is none to go by. */
export async function contentsOf(info: string): Promise<string | undefined> {
  const entries = await readRecord(info);
  const lines = (entries ?? []).filter(countsAsContent).map(({ path, hash }) => `${path},${hash}\n`);
  if (lines.length === 0) return undefined;
  const digest = createHash('sha256');
  for (const line of lines.sort()) digest.update(line);
  return `sha256:${digest.digest('hex')}`;
}

/** Undefined where it is missing, unreadable or too large. */
export async function readRecord(info: string): Promise<RecordEntry[] | undefined> {
  const path = join(info, 'RECORD');
  try {
    if ((await stat(path)).size > maxBytes) return undefined;
    return parseRecord(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Comma-separated, with quotes as in RFC 4180. Lines without a path are passed over. */
export function parseRecord(text: string): RecordEntry[] {
  const entries: RecordEntry[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [path = '', hash = '', size = ''] = fieldsOf(line);
    if (path === '') continue;
    const bytes = /^\d{1,15}$/.test(size) ? Number(size) : undefined;
    entries.push({ path: path.replaceAll('\\', '/'), hash, ...(bytes === undefined ? {} : { size: bytes }) });
  }
  return entries;
}

function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g;
  for (const [, quoted, plain] of line.matchAll(pattern))
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  return fields;
}

const ofTheInstaller =
  /\.dist-info\/(?:RECORD(?:\.jws|\.p7s)?|INSTALLER|REQUESTED|direct_url\.json|uv_\w+\.json)$/;

function countsAsContent({ path, hash }: RecordEntry): boolean {
  return (
    hash !== '' &&
    !path.startsWith('../') &&
    !posix.isAbsolute(path) &&
    !path.endsWith('.pyc') &&
    !ofTheInstaller.test(path)
  );
}
