/** What a record calls a file or folder that a person names: as recorded, from the current folder, or by its whole path. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { isInside } from './relocatePaths.ts';

export interface NamingPlace {
  /** Absolute: the current folder. */
  readonly cwd: string;
  /** Where the repository stands, and where it stood. Absolute. */
  readonly roots: readonly string[];
}

/**
 * @param known Paths of the record. Where none of them is meant, nor lies below what is meant, the name stays as it is, without
 *   `./` and a slash at its end.
 */
export async function recordedName(
  named: string,
  known: readonly string[],
  { cwd, roots }: NamingPlace,
): Promise<string> {
  const plain = named.replace(/^(?:\.\/+)+/, '').replace(/(?<=.)\/+$/, '');
  const path = resolve(cwd, named);
  // The file itself may be gone.
  const real = await realpath(dirname(path)).then(
    folder => join(folder, basename(path)),
    () => path,
  );
  const candidates = [plain];
  for (const root of [...roots, ...(await Promise.all(roots.map(one => realpath(one).catch(() => one))))])
    for (const one of [path, real])
      if (isInside(one, root) && one !== root) candidates.push(relative(root, one).split(sep).join('/'));
  if (isAbsolute(named)) candidates.push(real);
  return candidates.find(name => known.some(one => one === name || one.startsWith(`${name}/`))) ?? plain;
}
