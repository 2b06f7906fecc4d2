/** Reads an object from a web server: from where an earlier transfer ended, where the server can do that. */
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { objectNotFound } from './errors.ts';
import type { HttpAnswer, HttpClient } from './httpClient.ts';

export interface WebObject {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly label: string;
  readonly key: string;
  /** What an answer that is no success means. */
  readonly failure: (answer: HttpAnswer) => Promise<Error>;
}

export async function readByHttp(
  client: HttpClient,
  object: WebObject,
  request: { readonly start?: number; readonly signal?: AbortSignal },
): Promise<{ readonly body: Readable; readonly start: number; readonly size?: number }> {
  const { start = 0, signal } = request;
  const answer = await client.send({
    method: 'GET',
    url: object.url,
    headers: { ...object.headers, ...(start > 0 ? { range: `bytes=${start}-` } : {}) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status === 404 || answer.status === 410) {
    answer.body.resume();
    throw objectNotFound(object.label, object.key);
  }
  if (answer.status === 416 && start > 0) {
    // There is nothing after what we have: it must be something else, so once more from the beginning.
    answer.body.resume();
    return readByHttp(client, object, signal === undefined ? {} : { signal });
  }
  if (answer.status !== 200 && answer.status !== 206) throw await object.failure(answer);

  const length = wholeNumber(answer.headers['content-length']);
  // Servers that pack although nobody asked them to: the length is that of the packed bytes.
  if (/^(x-)?gzip$/i.test(answer.headers['content-encoding'] ?? ''))
    return { body: pipeline(answer.body, createGunzip(), () => undefined), start: 0 };
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers['content-range'] ?? '');
  if (answer.status === 206 && range !== null) {
    const from = Number(range[1]);
    const size = range[2] === '*' ? undefined : Number(range[2]);
    return { body: answer.body, start: from, ...(size === undefined ? {} : { size }) };
  }
  return { body: answer.body, start: 0, ...(length === undefined ? {} : { size: length }) };
}

/** Bytes of an object where HEAD does not tell: from the answer to a request for its first byte, else by counting. */
export async function sizeByGet(
  client: HttpClient,
  object: WebObject,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const answer = await client.send({
    method: 'GET',
    url: object.url,
    headers: { ...object.headers, range: 'bytes=0-0' },
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.status === 404 || answer.status === 410) {
    answer.body.resume();
    return undefined;
  }
  const total = /\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
  if (total !== undefined || answer.status === 416) {
    answer.body.resume();
    return Number(total ?? 0);
  }
  if (answer.status !== 200) throw await object.failure(answer);
  const length = wholeNumber(answer.headers['content-length']);
  if (length !== undefined) {
    answer.body.destroy();
    return length;
  }
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) bytes += chunk.length;
  return bytes;
}

export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
