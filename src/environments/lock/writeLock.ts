/**
 * Writes an environment lock so that git shows what changed and nothing else: keys sorted, lists in an order of their
 * own, and a file that says the same already is left alone, its time of creation included.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../base/atomicFile.ts';
import type { EnvironmentLock, LockedPackage } from '../environmentLock.ts';
import { lockNotWritable } from './errors.ts';
import { parseLock, sha256Of } from './readLock.ts';

export interface WrittenLock {
  /** Absolute. */
  readonly path: string;
  /** What is in the file now. */
  readonly lock: EnvironmentLock;
  /** Of the bytes of the file, hex. */
  readonly sha256: string;
  /** False where the file said the same before. */
  readonly changed: boolean;
}

/** Facts about the writing itself: they alone never make it another lock. */
const ofTheWriting = new Set(['createdAt', 'toolVersion']);

/** Rejects with `lock-not-writable`. A lock there that cannot be read is replaced. */
export async function writeLock(path: string, lock: EnvironmentLock): Promise<WrittenLock> {
  const before = await readFile(path, 'utf8').catch(() => undefined);
  const same = before === undefined ? undefined : sameLock(before, lock, path);
  if (before !== undefined && same !== undefined)
    return { path, lock: same, sha256: sha256Of(before), changed: false };
  const text = lockText(lock);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, text);
  } catch (error) {
    throw lockNotWritable(path, error);
  }
  return { path, lock: parseLock(text, path), sha256: sha256Of(text), changed: true };
}

/** The text of the file: two blanks a level, keys sorted at every level, a final newline. */
export function lockText(lock: EnvironmentLock): string {
  return JSON.stringify(sorted(inOrder(lock)), null, 2) + '\n';
}

function sameLock(text: string, lock: EnvironmentLock, path: string): EnvironmentLock | undefined {
  try {
    const before = parseLock(text, path);
    return comparable(before) === comparable(lock) ? before : undefined;
  } catch {
    return undefined;
  }
}

function comparable(lock: EnvironmentLock): string {
  const rest = Object.entries(lock).filter(([key]) => !ofTheWriting.has(key));
  return lockText(Object.fromEntries(rest) as EnvironmentLock);
}

/** Lists whose order says nothing. */
function inOrder(lock: EnvironmentLock): EnvironmentLock {
  const { python, container } = lock;
  return {
    ...lock,
    ...(python === undefined ? {} : { python: { ...python, packages: sortedPackages(python.packages) } }),
    ...(container?.dpkg === undefined
      ? {}
      : { container: { ...container, dpkg: container.dpkg.toSorted(compare) } }),
  };
}

function sortedPackages(packages: readonly LockedPackage[]): LockedPackage[] {
  return packages
    .map(one => (one.hashes === undefined ? one : { ...one, hashes: one.hashes.toSorted(compare) }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.version, b.version));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
