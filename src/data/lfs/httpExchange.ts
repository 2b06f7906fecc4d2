/**
 * One request over HTTP with an answer that is streamed: bounded redirects that take no password elsewhere, no wait
 * without an end, every failure an error that says whether trying again may help.
 */
import { createReadStream } from 'node:fs';
import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { errorText } from '../../base/systemError.ts';
import type { HttpSettings } from './httpSettings.ts';

export interface HttpQuestion {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or a file of which `size` bytes are sent. */
  readonly body?:
    string | { readonly path: string; readonly size: number; readonly onBytes?: (count: number) => void };
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** To be read to its end or destroyed. Errors with what broke the connection, also when it was silent too long. */
  readonly body: IncomingMessage;
}

/** A connection without a byte for so long is dead. As `lfs.activitytimeout` of git-lfs. */
const silentMs = 30_000;
/** What was uploaded may be copied on before the server answers. */
const silentAfterUploadMs = 120_000;
const redirectLimit = 5;

export class HttpClient {
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor(settings: HttpSettings) {
    const shared = { keepAlive: true, maxSockets: 64 };
    this.#agents = {
      http: new HttpAgent(shared),
      https: new HttpsAgent({
        ...shared,
        rejectUnauthorized: settings.verifyCertificate,
        ...(settings.authorities === undefined ? {} : { ca: settings.authorities }),
      }),
    };
  }

  /** Resolves with whatever status came. Rejects with the system's error where none did, or when aborted. */
  async ask(question: HttpQuestion): Promise<HttpAnswer> {
    let { url, headers } = question;
    for (let redirects = 0; ; redirects++) {
      const answer = await this.#once({ ...question, url, headers });
      const { location } = answer.headers;
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
      answer.body.resume();
      const next = new URL(location, url);
      const before = new URL(url);
      if (redirects === redirectLimit) throw new Error(`${before.host} redirects in a circle`);
      if (!/^https?:$/.test(next.protocol) || (before.protocol === 'https:' && next.protocol === 'http:'))
        throw new Error(`${before.host} redirects to an address that is not safe`);
      if (next.host !== before.host)
        headers = Object.fromEntries(
          Object.entries(headers).filter(([name]) => !/^(authorization|cookie)$/i.test(name)),
        );
      url = next.href;
    }
  }

  /** Ends idle connections. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  async #once({ method, url, headers, body, signal }: HttpQuestion): Promise<HttpAnswer> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const secure = url.startsWith('https:');
      const start = secure ? httpsRequest : httpRequest;
      const length = bodyLength(body);
      const sent: OutgoingHttpHeaders = {
        ...headers,
        ...(length === undefined ? {} : { 'Content-Length': length }),
      };
      const agent = secure ? this.#agents.https : this.#agents.http;
      const request = start(url, {
        method,
        headers: sent,
        agent,
        ...(signal === undefined ? {} : { signal }),
      });
      const limitMs = method === 'GET' ? silentMs : silentAfterUploadMs;
      request.setTimeout(limitMs, () => request.destroy(new Error(`silence for ${limitMs / 1000} s`)));
      request.on('error', error => reject(signal?.aborted === true ? reasonOf(signal) : error));
      request.on('response', answer => {
        answer.on('error', () => undefined);
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
      });
      if (body === undefined || typeof body === 'string') request.end(body);
      else {
        const file = createReadStream(body.path, { highWaterMark: 256 * 1024 });
        file.on('data', chunk => body.onBytes?.(chunk.length));
        pipeline(file, request, error => {
          // A server may answer and close before it has read all: its answer counts then.
          if (error !== null && file.errored !== null) request.destroy(error);
        });
      }
    });
  }
}

/** The whole body as text, at most `limit` bytes. */
export async function readText(answer: HttpAnswer, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) {
      answer.body.destroy();
      throw new Error(`the answer is longer than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Whether another try may end better: the server is busy or broken, or the connection was. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Milliseconds that the server asks to wait; seconds or a date. At most ten minutes. */
export function retryAfter(answer: HttpAnswer, now = Date.now()): number | undefined {
  const text = answer.headers['retry-after'];
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 600_000) : undefined;
}

function bodyLength(body: HttpQuestion['body']): number | undefined {
  if (body === undefined) return undefined;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.size;
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(errorText(signal.reason));
}
