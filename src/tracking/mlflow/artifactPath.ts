/**
 * Paths that clients name, turned into paths on disk that never leave their folder: not by `..`, not by being absolute,
 * and not through a link that somebody put there.
 */
import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { invalidValue } from './mlflowProblem.ts';

/**
 * The parts of a decoded relative path with forward slashes; empty parts and `.` do not count.
 * Throws INVALID_PARAMETER_VALUE.
 */
export function artifactParts(path: string): string[] {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  const strange =
    path.startsWith('/') ||
    /[\0\\]/.test(path) ||
    /^[A-Za-z]:/.test(path) ||
    parts.some(part => part === '..' || Buffer.byteLength(part) > 255);
  if (strange) throw invalidValue('Invalid path');
  return parts;
}

/** Absolute. Throws INVALID_PARAMETER_VALUE when a part of it is a link, or what is there lies elsewhere. */
export async function pathInside(folder: string, parts: readonly string[]): Promise<string> {
  let path = folder;
  for (const part of parts) {
    path = join(path, part);
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) break;
    if (found.isSymbolicLink()) throw invalidValue('Invalid path');
  }
  const whole = join(folder, ...parts);
  const real = await realpath(whole).catch(() => undefined);
  const realFolder = await realpath(folder).catch(() => folder);
  if (real !== undefined && real !== realFolder && !real.startsWith(realFolder + sep))
    throw invalidValue('Invalid path');
  return whole;
}
