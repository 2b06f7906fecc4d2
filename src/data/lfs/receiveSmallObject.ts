/**
 * Downloads one small object in memory: written once, whole and verified, under its name. A part file would cost more
 * than the object, and a broken transfer of so little is begun anew.
 */
import { hash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { smallFileBytes, writeAll } from '../links/smallFile.ts';
import type { LfsObject } from './fetchLfsObjects.ts';
import type { HttpAnswer } from './httpExchange.ts';
import { lfsObjectPath, type LfsRepository } from './lfsRepository.ts';
import type { TransferOutcome } from './transferRounds.ts';

export function isSmallObject({ size }: LfsObject): boolean {
  return size > 0 && size <= smallFileBytes;
}

/** `answer` has the status 200. Rejects when the connection breaks, or where the store cannot be written to. */
export async function receiveSmallObject(
  repository: LfsRepository,
  { oid, size }: LfsObject,
  answer: HttpAnswer,
  onBytes: (count: number) => void,
): Promise<TransferOutcome> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > size) return { state: 'failed', why: 'the server sent more bytes than the pointer says' };
      chunks.push(chunk);
      onBytes(chunk.length);
    }
  } finally {
    answer.body.destroy();
  }
  if (length < size) return { state: 'again', why: `only ${length} of ${size} bytes came` };
  const content = Buffer.concat(chunks, length);
  if (hash('sha256', content, 'hex') !== oid)
    return { state: 'wrong', why: 'the server sent other content than the pointer names' };
  store(repository, oid, content);
  return { state: 'done' };
}

function store(repository: LfsRepository, oid: string, content: Buffer): void {
  const target = lfsObjectPath(repository, oid);
  mkdirSync(dirname(target), { recursive: true });
  // Where and as parts are called, so that what a killed process leaves is found by the next.
  const part = join(
    repository.storage,
    'incomplete',
    `${oid}.${process.pid}-${randomBytes(3).toString('hex')}.part`,
  );
  const fd = openSync(part, 'wx', 0o644);
  try {
    try {
      writeAll(fd, content);
    } finally {
      closeSync(fd);
    }
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
