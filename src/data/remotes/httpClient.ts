/**
 * HTTP for remotes, over Node's own `http` and `https`: connections that are kept, bodies that are streamed, redirects,
 * certificates of the person's own, and failures that say whether asking again helps. Node's `fetch` cannot be told of
 * a certificate without undici, which would weigh half as much as the command line.
 */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { remoteAccessDenied, remoteRefused, remoteTrouble } from './errors.ts';
import type { LockstepError } from '../../base/lockstepError.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once more for each redirect. */
  readonly body?: { readonly bytes: number; readonly open: () => Readable };
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Must be read or destroyed, or the connection stays taken. */
  readonly body: http.IncomingMessage;
  /** The start of the body as text, the rest thrown away. */
  text(): Promise<string>;
}

export interface HttpClient {
  /** Resolves with any status. Rejects with trouble that may pass, and with `remote-refused` for certificates. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpOptions {
  /** For messages. */
  readonly label: string;
  readonly tls?: boolean | { readonly caFile: string };
  readonly certificate?: { readonly certFile: string; readonly keyFile?: string };
  /** Until the answer begins, and between two of its bytes. Default 60,000. */
  readonly timeoutMs?: number;
}

const maxRedirects = 10;
const maxText = 64 * 1024;

export function openHttpClient(options: HttpOptions): HttpClient {
  const { tls = true, certificate } = options;
  const shared = { keepAlive: true, maxSockets: 64, proxyEnv: process.env };
  const plain = new http.Agent(shared);
  const secure = new https.Agent({
    ...shared,
    rejectUnauthorized: tls !== false,
    ...(typeof tls === 'object' ? { ca: readFileSync(tls.caFile) } : {}),
    ...(certificate === undefined
      ? {}
      : {
          cert: readFileSync(certificate.certFile),
          key: readFileSync(certificate.keyFile ?? certificate.certFile),
        }),
  });

  const send = async (request: HttpRequest, redirects: number): Promise<HttpAnswer> => {
    const answer = await sendOnce(request, request.url.protocol === 'https:' ? secure : plain, options);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
    answer.body.destroy();
    if (redirects >= maxRedirects) throw remoteRefused(options.label, 'it redirects without end');
    const url = new URL(location, request.url);
    if (!/^https?:$/.test(url.protocol))
      throw remoteRefused(options.label, 'it redirects to another protocol');
    return send({ ...request, url, headers: headersFor(url, request) }, redirects + 1);
  };
  return {
    send: request => send(request, 0),
    close: () => {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** What proves who we are goes to the host that was asked and to no other. */
function headersFor(url: URL, request: HttpRequest): Record<string, string> {
  const sameHost = url.origin === request.url.origin;
  return Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(
      ([name]) => sameHost || /^(range|accept|accept-encoding|content-type|content-length)$/i.test(name),
    ),
  );
}

function sendOnce(request: HttpRequest, agent: http.Agent, options: HttpOptions): Promise<HttpAnswer> {
  const { label, timeoutMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const { body, signal } = request;
    const headers: Record<string, string> = { 'accept-encoding': 'identity', ...request.headers };
    if (body !== undefined) headers['content-length'] = String(body.bytes);
    const start = request.url.protocol === 'https:' ? https.request : http.request;
    const sent = start(request.url, { method: request.method, headers, agent, timeout: timeoutMs });
    const source = body?.open();
    const fail = (error: unknown): void => {
      source?.destroy();
      reject(signal?.aborted === true ? abortReason(signal) : networkFailure(label, error));
    };
    const onAbort = (): void => void sent.destroy();
    signal?.addEventListener('abort', onAbort, { once: true });
    sent.on('close', () => signal?.removeEventListener('abort', onAbort));
    sent.on('timeout', () =>
      sent.destroy(new Error(`no answer for ${Math.round(timeoutMs / 1000)} seconds`)),
    );
    sent.on('error', fail);
    sent.on('response', answer => {
      // After the answer has begun, a broken line is told by its body.
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: answer,
        text: () => startOf(answer),
      });
    });
    if (source === undefined) sent.end();
    else {
      source.on('error', error => sent.destroy(error));
      source.pipe(sent);
    }
    if (signal?.aborted === true) onAbort();
  });
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

/** A certificate that is not trusted stays so; everything else of a network may pass. */
export function networkFailure(label: string, error: unknown): LockstepError {
  const code = systemErrorCode(error) ?? '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code))
    return remoteAccessDenied(
      label,
      `its certificate is not trusted (${code})`,
      'Name the certificate to trust with ssl_verify in .dvc/config, or with NODE_EXTRA_CA_CERTS.',
      error,
    );
  return remoteTrouble(label, errorText(error) || code, { cause: error });
}

async function startOf(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxText) break;
    }
  } catch {
    // A message that breaks off says what it has said.
  }
  return Buffer.concat(chunks).toString('utf8').slice(0, maxText);
}

/** A status that is no success, as a failure. `mend` is for those that ask who we are. */
export function statusFailure(
  label: string,
  answer: { readonly status: number; readonly headers: http.IncomingHttpHeaders },
  words: string,
  mend: string,
): LockstepError {
  const told = `${answer.status}${words === '' ? '' : ` ${words}`}`;
  if ([401, 403, 407].includes(answer.status)) return remoteAccessDenied(label, told, mend);
  const passing = [408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 522, 524].includes(answer.status);
  if (!passing) return remoteRefused(label, told);
  const retryAfterMs = retryAfter(answer.headers['retry-after']);
  return remoteTrouble(label, told, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** Seconds or a date, as RFC 9110 has it; in milliseconds from now. */
export function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
