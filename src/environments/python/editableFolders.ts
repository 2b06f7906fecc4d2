/** Reads where editable installs lead: the paths in `.pth` files, and the mapping in setuptools' finder modules. */
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

/**
 * Package name (lower case, underscores) → folders that its code is imported from. Also under the names of other
 * `.pth` files, whose folders a caller can tell by where they lie.
 */
export async function readEditableFolders(
  folder: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  const add = (key: string, paths: readonly string[]): void => {
    if (paths.length > 0) found.set(key, [...(found.get(key) ?? []), ...paths]);
  };
  for (const name of names) {
    if (name.endsWith('.pth')) add(keyOf(name), pathsIn(await read(join(folder, name))));
    else if (/^__editable___.*_finder\.py$/.test(name))
      add(keyOf(name), mappedIn(await read(join(folder, name))));
  }
  return found;
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** `__editable__.my_pkg-1.0.pth`, `__editable___my_pkg_1_0_finder.py`, `_my_pkg.pth`, `my-pkg.pth` → `my_pkg`. */
function keyOf(name: string): string {
  return name
    .replace(/^__editable___(.*?)(?:_\d+)*_finder\.py$/, '$1')
    .replace(/^__editable__\.(.*?)-\d[^-]*\.pth$/, '$1')
    .replace(/\.pth$/, '')
    .replace(/^_+/, '')
    .toLowerCase()
    .replaceAll(/[-_.]+/g, '_');
}

/** Lines of a .pth file are folders, comments, or code (which is not run here). */
function pathsIn(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map(line => line.trim())
    .filter(line => line !== '' && !line.startsWith('#') && !/^import[ \t]/.test(line) && isAbsolute(line));
}

/** `MAPPING: dict[str, str] = {'pkg': '/home/me/project/src/pkg'}` → the folders that hold the packages. */
function mappedIn(text: string): string[] {
  const mapping = /^MAPPING[^=]*=\s*(\{.*\})\s*$/m.exec(text)?.[1] ?? '';
  const paths = [...mapping.matchAll(/:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)];
  return paths.map(([, single, double]) => dirname((single ?? double ?? '').replace(/\\(.)/g, '$1')));
}
