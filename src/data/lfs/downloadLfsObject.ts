/**
 * Downloads one object into the store. Bytes gather in `lfs/incomplete/<oid>.part`, which git-lfs uses, too, and which
 * a broken transfer leaves for the next try; only what has the right sha256 gets the object's name.
 * Source: git-lfs `tq/basic_download.go`.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { claimPart, type ClaimedPart } from './claimPart.ts';
import type { LfsObject } from './fetchLfsObjects.ts';
import { mayPass, retryAfter, type HttpAnswer } from './httpExchange.ts';
import type { LfsRepository } from './lfsRepository.ts';
import type { LfsAction, LfsServer } from './lfsServer.ts';
import { moveIntoLfsStore } from './lfsStore.ts';
import { isSmallObject, receiveSmallObject } from './receiveSmallObject.ts';
import type { TransferOutcome } from './transferRounds.ts';

export interface DownloadContext {
  readonly repository: LfsRepository;
  readonly server: LfsServer;
  readonly signal?: AbortSignal;
  /** Bytes more, or fewer where a part had to be given up. */
  readonly onBytes: (count: number) => void;
  /** Names in the folder of parts when the fetch began, which is there. */
  readonly parts: readonly string[];
}

/** Rejects when aborted, or where the store cannot be written to. */
export async function downloadLfsObject(
  context: DownloadContext,
  object: LfsObject,
  action: LfsAction,
): Promise<TransferOutcome> {
  let counted = 0;
  const counting = {
    ...context,
    onBytes: (bytes: number): void => {
      counted += bytes;
      context.onBytes(bytes);
    },
  };
  const isWhole = isSmallObject(object) && !context.parts.some(name => name.startsWith(object.oid));
  let outcome: TransferOutcome = { state: 'again', why: 'the connection broke' };
  try {
    outcome = await (isWhole ? downloadSmall : downloadInPart)(counting, object, action);
    return outcome;
  } catch (error) {
    context.signal?.throwIfAborted();
    if (isOfThisMachine(error)) throw error;
    return (outcome = { state: 'again', why: errorText(error) });
  } finally {
    if (outcome.state !== 'done') context.onBytes(-counted);
  }
}

async function downloadSmall(
  { repository, server, signal, onBytes }: DownloadContext,
  object: LfsObject,
  action: LfsAction,
): Promise<TransferOutcome> {
  const answer = await server.act({
    ...{ method: 'GET', url: action.href, headers: { ...action.header } },
    ...(signal === undefined ? {} : { signal }),
  });
  return answer.status === 200 ? receiveSmallObject(repository, object, answer, onBytes) : refusal(answer);
}

async function downloadInPart(
  context: DownloadContext,
  object: LfsObject,
  action: LfsAction,
): Promise<TransferOutcome> {
  const { repository } = context;
  const claim = await claimPart(join(repository.storage, 'incomplete'), object.oid);
  try {
    const outcome = await fillPart(context, object, action, claim);
    if (outcome.state === 'done') await moveIntoLfsStore(repository, object.oid, claim.path);
    return outcome;
  } finally {
    await claim.release();
  }
}

async function fillPart(
  { server, signal, onBytes }: DownloadContext,
  { oid, size }: LfsObject,
  action: LfsAction,
  claim: ClaimedPart,
): Promise<TransferOutcome> {
  let { start, hash } = await hashPart(claim.path, size);
  onBytes(start);
  if (start < size) {
    const answer = await server.act({
      ...{ method: 'GET', url: action.href },
      headers: { ...action.header, ...(start > 0 ? { Range: `bytes=${start}-${size - 1}` } : {}) },
      ...(signal === undefined ? {} : { signal }),
    });
    const from = answer.status === 206 ? rangeStart(answer) : 0;
    if (answer.status === 416 || (answer.status === 206 && from !== start)) {
      answer.body.resume();
      await claim.handle.truncate(0);
      return { state: 'again', why: 'the server could not go on where the transfer broke' };
    }
    if (answer.status !== 200 && answer.status !== 206) return refusal(answer);
    if (from === 0 && start > 0) {
      onBytes(-start);
      start = 0;
      hash = createHash('sha256');
    }
    const written = await receive(answer, claim.handle, { start, size, hash, onBytes });
    if (written < size) return { state: 'again', why: `only ${written} of ${size} bytes came` };
    if (written > size) {
      await claim.handle.truncate(0);
      return { state: 'failed', why: 'the server sent more bytes than the pointer says' };
    }
  }
  if (hash.digest('hex') === oid) return { state: 'done' };
  await claim.handle.truncate(0);
  // Wrong bytes in a part of an earlier try are mended by a new one; a second time it is the server.
  return start > 0
    ? { state: 'again', why: 'what came in parts does not fit together' }
    : { state: 'wrong', why: 'the server sent other content than the pointer names' };
}

async function receive(
  answer: HttpAnswer,
  handle: FileHandle,
  place: { start: number; size: number; hash: Hash; onBytes: (count: number) => void },
): Promise<number> {
  let at = place.start;
  await handle.truncate(at);
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (at + chunk.length > place.size) {
        answer.body.destroy();
        return at + chunk.length;
      }
      await handle.write(chunk, 0, chunk.length, at);
      place.hash.update(chunk);
      at += chunk.length;
      place.onBytes(chunk.length);
    }
  } finally {
    answer.body.destroy();
  }
  return at;
}

function refusal(answer: HttpAnswer): TransferOutcome {
  answer.body.resume();
  const why = `the server answered ${answer.status}`;
  // The address of an object may be valid for minutes only: a new one is asked for.
  if (mayPass(answer.status) || answer.status === 401 || answer.status === 403) {
    const afterMs = retryAfter(answer);
    return { state: 'again', why, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  return { state: 'failed', why };
}

function rangeStart(answer: HttpAnswer): number {
  return Number(/^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1] ?? -1);
}

async function hashPart(path: string, size: number): Promise<{ start: number; hash: Hash }> {
  const found = await stat(path);
  const hash = createHash('sha256');
  if (found.size === 0 || found.size > size) return { start: 0, hash };
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), async chunks => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) hash.update(chunk);
  });
  return { start: found.size, hash };
}

/** A full or read-only disk: no other try and no other object would fare better. */
function isOfThisMachine(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EMFILE'].includes(systemErrorCode(error) ?? '');
}
