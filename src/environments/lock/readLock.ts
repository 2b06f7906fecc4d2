/** Reads an environment lock. What it holds was committed by somebody and passes the schema once, here. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { environmentLockSchema, lockVersion, type EnvironmentLock } from '../environmentLock.ts';
import { lockInConflict, lockTooNew, lockUnreadable } from './errors.ts';

export interface LockFile {
  /** Absolute. */
  readonly path: string;
  readonly lock: EnvironmentLock;
  /** Of the bytes of the file, hex: what a run records, and what a container is labelled with. */
  readonly sha256: string;
}

/**
 * Undefined where there is no such file. Rejects with `lock-unreadable`, `lock-in-conflict` or `lock-too-new`.
 * @param path Absolute.
 */
export async function readLock(path: string): Promise<LockFile | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw lockUnreadable(path, `cannot be read: ${errorText(error)}`, error);
  }
  return { path, lock: parseLock(bytes.toString('utf8'), path), sha256: sha256Of(bytes) };
}

/** Throws what {@link readLock} rejects with. `path` is for the message alone. */
export function parseLock(text: string, path: string): EnvironmentLock {
  if (/^(?:<{7}|>{7}) /m.test(text)) throw lockInConflict(path);
  let content: unknown;
  try {
    // Editors of some systems put a byte order mark in front.
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw lockUnreadable(path, `is no JSON: ${errorText(error)}`, error);
  }
  const version = z.looseObject({ lockVersion: z.int().positive() }).safeParse(content);
  if (version.success && version.data.lockVersion > lockVersion)
    throw lockTooNew(path, version.data.lockVersion);
  const parsed = environmentLockSchema.safeParse(content);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    const place = first === undefined ? '' : ` (${first.path.join('.') || 'the whole'}: ${first.message})`;
    throw lockUnreadable(path, `is not what a lock looks like${place}`, parsed.error);
  }
  return parsed.data;
}

export function sha256Of(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
