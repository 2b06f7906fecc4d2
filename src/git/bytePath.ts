/**
 * Paths as git gives them: bytes, not text. Inside this room they travel as strings with one character a byte
 * (latin1), so that names that are not UTF-8 survive; only a record for people turns them into text.
 */
import { join } from 'node:path';

/** Relative to the root, forward slashes, one character a byte. */
export type BytePath = string;

/** For the file system: exact on Linux and macOS; Windows names are always text. */
export function absolutePath(root: string, path: BytePath): Buffer | string {
  if (process.platform === 'win32') return join(root, bytePathText(path));
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

/** For people; bytes that are no text are replaced. */
export function bytePathText(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

export function bytePathOf(text: string): BytePath {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** `path` for the record, with `pathBytes` where the text alone would not lead back to the file. */
export function recordedPath(path: BytePath): { path: string; pathBytes?: string } {
  const text = bytePathText(path);
  return bytePathOf(text) === path
    ? { path: text }
    : { path: text, pathBytes: Buffer.from(path, 'latin1').toString('base64') };
}

/** The reverse of {@link recordedPath}. */
export function bytePathOfRecord(record: { path: string; pathBytes?: string | undefined }): BytePath {
  return record.pathBytes === undefined
    ? bytePathOf(record.path)
    : Buffer.from(record.pathBytes, 'base64').toString('latin1');
}

/** Splits NUL-separated output; a final NUL ends the last field. */
export function splitNul(output: Buffer): string[] {
  const fields = output.toString('latin1').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}

/** The opposite, for a program's `-z --stdin`. */
export function joinNul(paths: Iterable<BytePath>): Buffer {
  return Buffer.from([...paths].map(path => `${path}\0`).join(''), 'latin1');
}
