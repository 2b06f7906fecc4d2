/** Texts that change with what they stand for. Raise the version when records come to hold more than before. */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { filesBelow } from './smallFiles.ts';

const version = 1;

export function fingerprintOf(parts: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return `${version}-${hash.digest('hex').slice(0, 32)}`;
}

/** Names, sizes and modification times of files and of everything in folders; contents are not read. */
export function fingerprintOfPaths(paths: readonly string[]): string {
  return fingerprintOf(paths.flatMap(path => stampsBelow(path)));
}

function stampsBelow(path: string): string[] {
  const own = stampOf(path);
  if (own === undefined) return [];
  if (own.folder) return filesBelow(path).files.map(file => `${file.name} ${stampOf(file.path)?.text ?? ''}`);
  return [own.text];
}

function stampOf(path: string): { text: string; folder: boolean } | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return { text: `${stats.size} ${stats.mtimeMs}`, folder: stats.isDirectory() };
}
