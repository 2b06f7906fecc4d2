/**
 * What names a past run whose tool gives it no id: where it lies. Below the project by its path from there, so that a
 * project may be moved; anywhere else by its whole path.
 */
import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';

/** Forward slashes; `.` for the project's folder itself. */
export function placeOfRun(path: string, root: string): string {
  const [real, base] = [realOf(path), realOf(root)];
  if (real === base) return '.';
  const below = real.startsWith(base.endsWith(sep) ? base : base + sep) ? relative(base, real) : real;
  return below.split(sep).join('/');
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
