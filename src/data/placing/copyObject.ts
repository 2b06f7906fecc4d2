/** Copies an object of the cache to a path that is free, hashed on the way: what is not what its name says gets no name, unless somebody else compares. */
import { hash } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, linkSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemErrorCode } from '../../base/systemError.ts';
import { copyParts } from '../links/copyHashed.ts';
import { fallThrough } from '../links/reflink.ts';
import { closeQuietly, openToRead, readSmallFile, writeAll } from '../links/smallFile.ts';
import { ownTemporary } from '../walk/ownTemporary.ts';
import { ownFailure } from '../workers/fileFailure.ts';
import type { MeterCounter } from '../workers/jobMeter.ts';
import { copyProof, missingOr, refuseCorrupt, type Placing } from './placing.ts';

export async function copyObject(placing: Placing, counter: MeterCounter): Promise<void> {
  if (!copySmall(placing, counter)) await copyLarge(placing, counter);
}

/** False for a file that is too large to be held. */
function copySmall(placing: Placing, counter: MeterCounter): boolean {
  const { object, made } = placing;
  let source: number;
  try {
    source = openToRead(object);
  } catch (error) {
    throw missingOr(error, object);
  }
  try {
    const content = readSmallFile(source);
    if (content === undefined) return false;
    if (placing.batch.algorithm === 'md5' && placing.takeSha256 === undefined) {
      const md5 = hash('md5', content, 'buffer');
      refuseCorrupt({ md5 }, placing.md5);
    } else {
      const proof = copyProof(placing);
      proof.update(content);
      proof.end();
    }
    writeSmall(placing, made, content);
    counter.add(0, content.length);
    return true;
  } finally {
    closeQuietly(source);
  }
}

function writeSmall(placing: Placing, made: string, content: Uint8Array): void {
  const target = openSync(made, 'wx', 0o666);
  try {
    writeAll(target, content);
    if (placing.executable) fchmodSync(target, (fstatSync(target).mode & 0o777) | 0o100);
    placing.look(fstatSync(target));
    closeSync(target);
  } catch (error) {
    closeQuietly(target);
    rmSync(made, { force: true });
    throw error;
  }
}

/** Made under a temporary name beside the path: a large file is never there in part. */
async function copyLarge(placing: Placing, counter: MeterCounter): Promise<void> {
  const { object, made } = placing;
  const temporary = made.slice(0, made.lastIndexOf('/') + 1) + ownTemporary();
  const source = await open(object, 'r');
  try {
    const target = await open(temporary, 'wx', 0o666);
    try {
      const proof = copyProof(placing);
      await copyParts(source, target, part => proof.update(part), counter);
      proof.end();
      if (placing.executable) await target.chmod(((await target.stat()).mode & 0o777) | 0o100);
    } finally {
      await target.close();
    }
    // Nobody may have put something there meanwhile: a rename would take it away.
    linkOrRename(temporary, made);
  } finally {
    await source.close();
    rmSync(temporary, { force: true });
  }
}

function linkOrRename(temporary: string, made: string): void {
  try {
    linkSync(temporary, made);
  } catch (error) {
    if (!fallThrough.has(systemErrorCode(error))) throw error;
    if (lstatSync(made, { throwIfNoEntry: false }) !== undefined)
      throw ownFailure('changed', 'something was put there a moment ago');
    renameSync(temporary, made);
  }
}
