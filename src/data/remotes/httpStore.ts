/**
 * A remote behind a plain web server: objects by GET, presence by HEAD, uploads by POST (or `method`) where the server
 * takes them. There is no listing. Options as dvc-http reads them.
 */
import { createReadStream } from 'node:fs';
import { remoteCannotList, remoteCannotWrite, remoteTrouble } from './errors.ts';
import { countedStream } from './countedStream.ts';
import { openHttpClient, statusFailure, type HttpAnswer } from './httpClient.ts';
import { httpCredentials } from './httpCredentials.ts';
import type { CredentialSource, ObjectStore, RemoteSettings } from './objectStore.ts';
import { readByHttp, sizeByGet, wholeNumber, type WebObject } from './readByHttp.ts';
import { jobsOf, numberOption, textOption, tlsOption } from './remoteOptions.ts';
import { remoteUrl, urlBelow, urlLabel } from './webUrl.ts';

const mend = 'Set auth, user and password of the remote in .dvc/config.local.';

export async function openHttpStore(
  settings: RemoteSettings,
  credentials: CredentialSource,
): Promise<ObjectStore> {
  const base = remoteUrl(settings);
  const label = urlLabel(base);
  const seconds = numberOption(settings, 'read_timeout') ?? numberOption(settings, 'connect_timeout') ?? 60;
  const headers = await httpCredentials(settings, base, label, credentials);
  const client = openHttpClient({ label, tls: tlsOption(settings), timeoutMs: seconds * 1000 });
  const method = (textOption(settings, 'method') ?? 'POST').toUpperCase();
  const failure = async (answer: HttpAnswer): Promise<Error> =>
    statusFailure(label, answer, firstLine(await answer.text()), mend);
  const object = (key: string): WebObject => ({ url: urlBelow(base, key), headers, label, key, failure });

  const size = async (key: string, signal?: AbortSignal): Promise<number | undefined> => {
    const { url } = object(key);
    const answer = await client.send({
      ...{ method: 'HEAD', url, headers },
      ...(signal === undefined ? {} : { signal }),
    });
    answer.body.resume();
    if (answer.status === 404 || answer.status === 410) return undefined;
    const length = wholeNumber(answer.headers['content-length']);
    if (answer.status === 200 && length !== undefined) return length;
    if ([200, 204, 405, 501].includes(answer.status)) return sizeByGet(client, object(key), signal);
    throw await failure(answer);
  };

  return {
    label,
    lists: false,
    concurrency: jobsOf(settings) ?? 16,
    size,

    list: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(remoteCannotList(label)) }),
    }),

    read: (key, request) => readByHttp(client, object(key), request),

    async write(key, source, { signal, onBytes }) {
      const answer = await client.send({
        ...{ method, url: object(key).url },
        headers: { 'content-type': 'application/octet-stream', ...headers },
        body: { bytes: source.size, open: () => countedStream(createReadStream(source.path), onBytes) },
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.status === 405 || answer.status === 501) {
        answer.body.resume();
        throw remoteCannotWrite(label, `it does not know ${method}.`);
      }
      if (answer.status >= 300) throw await failure(answer);
      answer.body.resume();
      const there = await size(key, signal);
      if (there !== source.size)
        throw remoteTrouble(label, `${key} has ${there ?? 0} bytes there after ${source.size} were sent`);
    },

    async remove(keys, signal) {
      for (const key of keys) {
        const { url } = object(key);
        const answer = await client.send({
          ...{ method: 'DELETE', url, headers },
          ...(signal === undefined ? {} : { signal }),
        });
        if (answer.status >= 300 && answer.status !== 404 && answer.status !== 410)
          throw await failure(answer);
        answer.body.resume();
      }
    },

    close: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/** Servers answer with whole pages: what a person can read of one. */
export function firstLine(text: string): string {
  const plain = text
    .replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return plain.slice(0, 200);
}
