/**
 * How much disk an environment of recorded packages takes, from what their installers wrote down of them where they are
 * installed on this machine still: the `RECORD` of a distribution lists its files with their sizes.
 */
import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { normalName } from '../../environments/python/packageNames.ts';
import type { Package } from '../../runs/captured.ts';

export interface InstalledSize {
  /** Of those that are known. */
  readonly bytes: number;
  /** How many packages nobody here knows the size of. */
  readonly unknown: number;
}

/** Never rejects. @param path Where Python looks for modules, as recorded: what is not an absolute path counts for nothing. */
export async function installedSize(
  packages: readonly Package[],
  path: readonly string[],
): Promise<InstalledSize> {
  const records = new Map<string, string>();
  for (const folder of path.filter(isAbsolute))
    for (const name of await readdir(folder).catch(() => [])) {
      const [, project, version] = /^(.+?)-([^-]+)\.dist-info$/.exec(name) ?? [];
      if (project !== undefined && version !== undefined)
        records.set(keyOf(project, version), join(folder, name, 'RECORD'));
    }
  const sizes = await Promise.all(
    packages.map(async ({ name, version }) => {
      const record = records.get(keyOf(name, version));
      const text = record === undefined ? '' : await readFile(record, 'utf8').catch(() => '');
      return text === '' ? undefined : recordedBytes(text);
    }),
  );
  return {
    bytes: sizes.reduce((sum: number, one) => sum + (one ?? 0), 0),
    unknown: sizes.filter(one => one === undefined).length,
  };
}

/** The sum of the last column; compiled files and the record itself have none. */
export function recordedBytes(text: string): number {
  let sum = 0;
  for (const line of text.split(/\r?\n/)) {
    const bytes = Number(/,(\d{1,15})$/.exec(line)?.[1] ?? 0);
    sum = Math.min(Number.MAX_SAFE_INTEGER, sum + bytes);
  }
  return sum;
}

function keyOf(name: string, version: string): string {
  return `${normalName(name)} ${version}`;
}
