/**
 * Copies a batch of objects between a cache and a remote that is a folder, in a thread. What is hashed is what is
 * written, and it gets its name only when the hash is proven.
 */
import { chmodSync, closeSync, fchmodSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { contentHash, copyHashed, type ReadHashes } from '../links/copyHashed.ts';
import { tryReflink } from '../links/reflink.ts';
import { closeQuietly, openToRead, readSmallFile, writeAll } from '../links/smallFile.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';
import { splitPaths, type FileFailure } from '../workers/dataJobs.ts';
import { fileFailure, ownFailure } from '../workers/fileFailure.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';

export interface CopyBatch {
  /** Absolute folders with a slash behind them. */
  readonly from: string;
  readonly to: string;
  /** Keys of objects, which say what their hashes must be. */
  readonly keys: string;
  readonly sharedWithGroup: boolean;
}

export interface CopiedBatch {
  /** `missing`: the source has none. `wrong`: its hash is the one in the message. Else the system's. */
  readonly failures: readonly FileFailure[];
  readonly bytes: number;
}

export async function copyBatch(batch: CopyBatch, counter: MeterCounter): Promise<CopiedBatch> {
  const failures: FileFailure[] = [];
  let bytes = 0;
  for (const [index, key] of splitPaths(batch.keys).entries()) {
    if (counter.stopped) break;
    try {
      bytes += copySmall(batch, key, counter) ?? (await copyLarge(batch, key, counter));
    } catch (error) {
      failures.push(fileFailure(index, error));
    }
    counter.add(1, 0);
  }
  return { failures, bytes };
}

/** The size; undefined for a file that is too large to be held. */
function copySmall(batch: CopyBatch, key: string, counter: MeterCounter): number | undefined {
  const source = openSource(batch.from + key);
  try {
    const content = readSmallFile(source);
    if (content === undefined) return undefined;
    const hashes = contentHash(algorithmOf(key));
    hashes.update(content);
    mustProve(key, hashes.digest());
    writeObject(batch, key, temporary => {
      const target = openSync(temporary, 'wx', 0o444);
      try {
        writeAll(target, content);
        fchmodSync(target, 0o444);
        closeSync(target);
      } catch (error) {
        closeQuietly(target);
        throw error;
      }
    });
    counter.add(0, content.length);
    return content.length;
  } finally {
    closeQuietly(source);
  }
}

async function copyLarge(batch: CopyBatch, key: string, counter: MeterCounter): Promise<number> {
  const object = batch.to + key;
  const folder = object.slice(0, object.lastIndexOf('/') + 1);
  const temporary = folder + ownTemporary();
  makeFolder(batch, folder);
  try {
    const cloned = tryReflink(batch.from + key, temporary, `${batch.from}\0${batch.to}`);
    const source = await open(cloned ? temporary : batch.from + key, 'r');
    try {
      const target = cloned ? undefined : await open(temporary, 'wx', 0o444);
      try {
        mustProve(key, await copyHashed(source, target, algorithmOf(key), counter));
        // A power cut must not leave an empty file under a name that is trusted.
        await target?.datasync();
      } finally {
        await target?.close();
      }
      chmodSync(temporary, 0o444);
      renameSync(temporary, object);
      return (await source.stat()).size;
    } finally {
      await source.close();
    }
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function openSource(path: string): number {
  try {
    return openToRead(path);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw ownFailure('missing', 'it is not there');
    throw error;
  }
}

function algorithmOf(key: string): 'md5' | 'md5-dos2unix' {
  return key.startsWith('files/md5/') ? 'md5' : 'md5-dos2unix';
}

function mustProve(key: string, { md5, olderMd5 }: ReadHashes): void {
  const [folder = '', name = ''] = key.split('/').slice(-2);
  const wanted = folder + name.slice(0, 30);
  const found = md5.toString('hex');
  if (found !== wanted && olderMd5?.toString('hex') !== wanted) throw ownFailure('wrong', found);
}

function writeObject(batch: CopyBatch, key: string, write: (temporary: string) => void): void {
  const object = batch.to + key;
  const folder = object.slice(0, object.lastIndexOf('/') + 1);
  const temporary = folder + ownTemporary();
  const attempt = (): void => {
    try {
      write(temporary);
      renameSync(temporary, object);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  };
  try {
    attempt();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    makeFolder(batch, folder);
    attempt();
  }
}

function makeFolder(batch: CopyBatch, folder: string): void {
  const made = mkdirSync(folder, { recursive: true });
  // The umask takes away from the mode that mkdir is given: the group gets its rights afterwards.
  if (made !== undefined && batch.sharedWithGroup) chmodSync(folder, 0o2775);
}
