/** Copies an object of the cache to a temporary name, hashed on the way: what is not what its name says is not kept, unless somebody else compares. */
import { hash } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { copyParts } from '../links/copyHashed.ts';
import { closeQuietly, openToRead, readSmallFile, writeAll } from '../links/smallFile.ts';
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

function writeSmall({ executable }: Placing, made: string, content: Uint8Array): void {
  const target = openSync(made, 'wx', 0o666);
  try {
    writeAll(target, content);
    if (executable) fchmodSync(target, (fstatSync(target).mode & 0o777) | 0o100);
    closeSync(target);
  } catch (error) {
    closeQuietly(target);
    rmSync(made, { force: true });
    throw error;
  }
}

async function copyLarge(placing: Placing, counter: MeterCounter): Promise<void> {
  const { object, made } = placing;
  const source = await open(object, 'r');
  try {
    const target = await open(made, 'wx', 0o666);
    try {
      const proof = copyProof(placing);
      await copyParts(source, target, part => proof.update(part), counter);
      proof.end();
      if (placing.executable) await target.chmod(((await target.stat()).mode & 0o777) | 0o100);
    } catch (error) {
      rmSync(made, { force: true });
      throw error;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
