/** Package lists, each stored once under the hash of its content: a thousand runs of one environment share one file. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../base/atomicFile.ts';
import { systemErrorCode } from '../base/systemError.ts';
import { packageListSchema, type Package } from './captured.ts';
import { packageListUnreadable } from './errors.ts';
import { storePaths, type StorePath } from './runPaths.ts';

/** Resolves with the sha256 (hex) that names the list: equal packages in any order have the same. */
export async function writePackageList(store: StorePath, packages: readonly Package[]): Promise<string> {
  const sorted = packages
    .map(sortedFields)
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
  const content = JSON.stringify({ schemaVersion: 1, packages: sorted }, null, 1) + '\n';
  const hash = createHash('sha256').update(content).digest('hex');
  const path = packageListPath(store, hash);
  const there = await stat(path).catch(() => undefined);
  if (there?.size !== Buffer.byteLength(content)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, content);
  }
  return hash;
}

/** Throws `package-list-unreadable` when the list is missing, or is not what its name says. */
export async function readPackageList(store: StorePath, hash: string): Promise<Package[]> {
  if (!/^[0-9a-f]{64}$/.test(hash)) throw packageListUnreadable(hash, 'has no valid name');
  let content: string;
  try {
    content = await readFile(packageListPath(store, hash), 'utf8');
  } catch (error) {
    const missing = systemErrorCode(error) === 'ENOENT';
    throw packageListUnreadable(hash, missing ? 'is missing' : 'cannot be read', error);
  }
  if (createHash('sha256').update(content).digest('hex') !== hash)
    throw packageListUnreadable(hash, 'was changed after it was written');
  const parsed = packageListSchema.safeParse(JSON.parse(content));
  if (!parsed.success) throw packageListUnreadable(hash, 'is not a package list', parsed.error);
  return parsed.data.packages;
}

function packageListPath(store: StorePath, hash: string): string {
  return join(storePaths(store).packages, `${hash}.json`);
}

/** The order of fields must not change the hash. */
function sortedFields(entry: Package): Package {
  return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => compare(a, b))) as Package;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
