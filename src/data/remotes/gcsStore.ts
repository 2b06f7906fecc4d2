/**
 * A remote in a bucket of Google Cloud Storage, by its JSON API. Options as dvc-gs reads them. Google's own client
 * would bring ten times the code for the same six requests; only who we are comes from Google's library.
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { LockstepError } from '../../base/lockstepError.ts';
import { contentMd5 } from './contentMd5.ts';
import { countedStream } from './countedStream.ts';
import { remoteNotFound, remoteRefused, remoteTrouble } from './errors.ts';
import { gcsToken } from './gcsToken.ts';
import { openHttpClient, statusFailure, type HttpAnswer, type HttpRequest } from './httpClient.ts';
import { firstLine } from './httpStore.ts';
import type { ObjectStore, RemoteSettings } from './objectStore.ts';
import { readByHttp, wholeNumber } from './readByHttp.ts';
import { jobsOf, textOption } from './remoteOptions.ts';
import { bucketAndPrefix } from './webUrl.ts';

const mend =
  'Sign in again (gcloud auth application-default login), or set credentialpath of the remote in .dvc/config.local.';
const mib = 1024 * 1024;
/** Larger ones go up piece by piece in one session, which goes on after a broken line. Pieces are multiples of 256 KiB. */
const pieceBytes = 16 * mib;

export async function openGcsStore(settings: RemoteSettings): Promise<ObjectStore> {
  const { bucket, prefix } = bucketAndPrefix(settings);
  const label = `gs://${bucket}/${prefix}`.replace(/\/$/, '');
  const emulator = process.env['STORAGE_EMULATOR_HOST'];
  const endpoint = textOption(settings, 'endpointurl') ?? emulator ?? 'https://storage.googleapis.com';
  const host = new URL(/^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`);
  const token = await gcsToken(settings, label, host);
  const client = openHttpClient({ label });

  const url = (path: string, query: Record<string, string> = {}): URL => {
    const found = new URL(path, host);
    for (const [name, value] of Object.entries(query)) found.searchParams.set(name, value);
    return found;
  };
  const objectPath = (key: string): string =>
    `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(prefix + key)}`;
  const send = async (request: HttpRequest): Promise<HttpAnswer> =>
    client.send({ ...request, headers: { ...(await token()), ...request.headers } });
  const failure = async (answer: HttpAnswer): Promise<LockstepError> => {
    const words = wordsOf(await answer.text());
    if (answer.status === 404 && /bucket does not exist/i.test(words))
      return remoteNotFound(label, `the bucket ${bucket}`);
    return statusFailure(label, answer, words, mend);
  };
  const asked = (signal: AbortSignal | undefined): { signal?: AbortSignal } =>
    signal === undefined ? {} : { signal };

  return {
    label,
    concurrency: jobsOf(settings) ?? 32,

    async size(key, signal) {
      const answer = await send({
        method: 'GET',
        url: url(objectPath(key), { fields: 'size' }),
        ...asked(signal),
      });
      if (answer.status === 404) {
        const told = await failure(answer);
        if (told.code === 'remote-not-found') throw told;
        return undefined;
      }
      if (answer.status !== 200) throw await failure(answer);
      return wholeNumber(String(field(await answer.text(), 'size'))) ?? 0;
    },

    async *list(below, signal) {
      let page: string | undefined;
      do {
        const query = { prefix: prefix + below, fields: 'nextPageToken,items(name,size)' };
        const answer = await send({
          method: 'GET',
          url: url(`/storage/v1/b/${encodeURIComponent(bucket)}/o`, {
            ...query,
            ...(page === undefined ? {} : { pageToken: page }),
          }),
          ...asked(signal),
        });
        if (answer.status !== 200) throw await failure(answer);
        const text = await wholeText(answer, label);
        for (const item of listOf(field(text, 'items'))) {
          const size = wholeNumber(item.size);
          yield { key: item.name.slice(prefix.length), ...(size === undefined ? {} : { size }) };
        }
        const next = field(text, 'nextPageToken');
        page = typeof next === 'string' && next !== '' ? next : undefined;
      } while (page !== undefined);
    },

    async read(key, request) {
      const { versionId } = request;
      const address = url(objectPath(key), {
        alt: 'media',
        ...(versionId === undefined ? {} : { generation: versionId }),
      });
      return readByHttp(client, { url: address, headers: await token(), label, key, failure }, request);
    },

    async write(key, source, { signal, onBytes }) {
      const md5 = contentMd5(key);
      const about = JSON.stringify({
        name: prefix + key,
        contentType: 'application/octet-stream',
        // The server refuses to show an object whose bytes are others.
        ...(md5 === undefined ? {} : { md5Hash: md5.toString('base64') }),
      });
      const opened = await send({
        method: 'POST',
        url: url(`/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`, {
          uploadType: 'resumable',
          name: prefix + key,
        }),
        headers: {
          'content-type': 'application/json; charset=UTF-8',
          'x-upload-content-type': 'application/octet-stream',
          'x-upload-content-length': String(source.size),
        },
        body: bodyOf(about),
        ...asked(signal),
      });
      const { location } = opened.headers;
      if (opened.status >= 300 || location === undefined) throw await failure(opened);
      opened.body.resume();
      await sendPieces(
        new URL(location, host),
        source,
        onBytes,
        async request => send({ ...request, ...asked(signal) }),
        failure,
        label,
      );
    },

    async remove(keys, signal) {
      for (const key of keys) {
        const answer = await send({ method: 'DELETE', url: url(objectPath(key)), ...asked(signal) });
        if (answer.status >= 300 && answer.status !== 404) throw await failure(answer);
        answer.body.resume();
      }
    },

    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** Sends a file into an open session; the server says after each piece how much it has. */
async function sendPieces(
  session: URL,
  source: { readonly path: string; readonly size: number },
  onBytes: ((count: number) => void) | undefined,
  send: (request: HttpRequest) => Promise<HttpAnswer>,
  failure: (answer: HttpAnswer) => Promise<Error>,
  label: string,
): Promise<void> {
  let at = 0;
  do {
    const end = Math.min(at + pieceBytes, source.size);
    const start = at;
    const answer = await send({
      method: 'PUT',
      url: session,
      headers: {
        'content-range': source.size === 0 ? 'bytes */0' : `bytes ${start}-${end - 1}/${source.size}`,
      },
      body:
        source.size === 0
          ? bodyOf('')
          : {
              bytes: end - start,
              open: () => countedStream(createReadStream(source.path, { start, end: end - 1 }), onBytes),
            },
    });
    if (answer.status === 308) {
      answer.body.resume();
      const got = /bytes=0-(\d+)$/.exec(answer.headers.range ?? '')?.[1];
      const next = got === undefined ? 0 : Number(got) + 1;
      if (next <= start) throw remoteTrouble(label, 'it took nothing of what was sent');
      onBytes?.(next - end);
      at = next;
      continue;
    }
    if (answer.status >= 300) throw await failure(answer);
    const stored = wholeNumber(String(field(await answer.text(), 'size')));
    if (stored !== undefined && stored !== source.size)
      throw remoteTrouble(label, `it stored ${stored} bytes of ${source.size}`);
    return;
  } while (at < source.size);
  throw remoteRefused(label, 'it did not say that the upload is complete');
}

function bodyOf(text: string): { bytes: number; open: () => Readable } {
  const bytes = Buffer.from(text);
  return { bytes: bytes.length, open: () => Readable.from([bytes]) };
}

function field(text: string, name: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null
      ? Object.entries(parsed).find(([key]) => key === name)?.[1]
      : undefined;
  } catch {
    return undefined;
  }
}

function listOf(items: unknown): { readonly name: string; readonly size?: string }[] {
  return Array.isArray(items) ? (items as { readonly name: string; readonly size?: string }[]) : [];
}

async function wholeText(answer: HttpAnswer, label: string): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    throw remoteTrouble(label, 'a listing broke off', { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
}

function wordsOf(text: string): string {
  const error = field(text, 'error');
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof message === 'string' ? firstLine(message) : firstLine(text);
}
