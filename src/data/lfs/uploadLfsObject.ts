/** Gives one object to the server, and asks it to verify what it got where it offers that. */
import { statSync } from 'node:fs';
import { errorText } from '../../base/systemError.ts';
import type { LfsObject } from './fetchLfsObjects.ts';
import { mayPass, retryAfter, type HttpAnswer } from './httpExchange.ts';
import { lfsObjectPath, type LfsRepository } from './lfsRepository.ts';
import type { BatchObject, LfsServer } from './lfsServer.ts';
import { sha256OfFile } from './lfsStore.ts';
import type { TransferOutcome } from './transferRounds.ts';

export interface UploadContext {
  readonly repository: LfsRepository;
  readonly server: LfsServer;
  readonly signal?: AbortSignal;
  /** Bytes more, or fewer where a transfer failed. */
  readonly onBytes: (count: number) => void;
}

/** Source: git-lfs `docs/api/basic-transfers.md`. Rejects when aborted. */
export async function uploadLfsObject(
  context: UploadContext,
  object: LfsObject,
  { actions }: BatchObject,
): Promise<TransferOutcome> {
  const { repository, server, signal } = context;
  const upload = actions?.upload;
  if (upload === undefined) return { state: 'present' };
  const path = lfsObjectPath(repository, object.oid);
  if (statSync(path, { throwIfNoEntry: false })?.size !== object.size)
    return { state: 'failed', why: 'neither the server nor the local store has it' };
  // A damaged object would be refused at best, and believed at worst.
  if ((await sha256OfFile(path, signal)) !== object.oid)
    return { state: 'failed', why: 'the object in the local store is damaged' };
  let sent = 0;
  const onBytes = (count: number): void => {
    sent += count;
    context.onBytes(count);
  };
  const abort = signal === undefined ? {} : { signal };
  let outcome: TransferOutcome = { state: 'again', why: 'the connection broke' };
  try {
    const answer = await server.act({
      ...{ method: 'PUT', url: upload.href },
      headers: { 'Content-Type': 'application/octet-stream', ...upload.header },
      body: { path, size: object.size, onBytes },
      ...abort,
    });
    answer.body.resume();
    if (!isGood(answer)) return (outcome = refusal(answer, 'did not take it'));
    const verify = actions?.verify;
    if (verify === undefined) return (outcome = { state: 'done' });
    const verified = await server.act({
      ...{ method: 'POST', url: verify.href },
      headers: { Accept: mediaType, 'Content-Type': mediaType, ...verify.header },
      body: JSON.stringify({ oid: object.oid, size: object.size }),
      ...abort,
    });
    verified.body.resume();
    return (outcome = isGood(verified) ? { state: 'done' } : refusal(verified, 'could not verify it'));
  } catch (error) {
    signal?.throwIfAborted();
    return (outcome = { state: 'again', why: errorText(error) });
  } finally {
    if (outcome.state !== 'done') context.onBytes(-sent);
  }
}

const mediaType = 'application/vnd.git-lfs+json';

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

function refusal(answer: HttpAnswer, what: string): TransferOutcome {
  const why = `the server ${what} (${answer.status})`;
  if (!mayPass(answer.status) && answer.status !== 401 && answer.status !== 403)
    return { state: 'failed', why };
  const afterMs = retryAfter(answer);
  return { state: 'again', why, ...(afterMs === undefined ? {} : { afterMs }) };
}
