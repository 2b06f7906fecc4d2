/**
 * Calls of an engine over `node:http`. Every call is a connection of its own, so that an engine that was restarted
 * meanwhile is simply asked again.
 */
import { request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import * as z from 'zod';
import { systemErrorCode } from '../../base/systemError.ts';
import { engineNotAnswering, engineNotLocal, engineRefused } from './errors.ts';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without an answer; the default is made for calls that only look. */
  readonly patienceMs?: number;
}

/** A call that only looks takes milliseconds; a busy engine may take seconds. */
const patienceMs = 20_000;
const mostAnswerBytes = 64 * 1024 * 1024;

export class EngineCalls {
  readonly #endpoint: string;
  readonly #target: RequestOptions;

  /** Throws `engine-not-local` for an endpoint that this machine's paths mean nothing to. */
  constructor(endpoint: string) {
    this.#endpoint = endpoint;
    this.#target = targetOf(endpoint);
  }

  /** The answer as JSON; undefined where there is none. Rejects with `engine-refused` or `engine-not-answering`. */
  async call(method: string, path: string, body: unknown, options: CallOptions): Promise<unknown> {
    const text = (await bodyOf(await this.send(method, path, body, options))).toString('utf8');
    return text === '' ? undefined : parsed(text);
  }

  /** The answer as it comes, once the engine agreed. */
  async send(method: string, path: string, body: unknown, options: CallOptions): Promise<IncomingMessage> {
    const answer = await this.#open(method, path, body, options);
    const status = answer.statusCode ?? 0;
    if (status < 400) return answer;
    const said = (await bodyOf(answer)).toString('utf8').trim();
    const message = refusalSchema.safeParse(parsed(said)).data?.message ?? said;
    throw engineRefused(`${method} ${path.split('?')[0] ?? ''}`, message, status);
  }

  #open(
    method: string,
    path: string,
    body: unknown,
    { signal, patienceMs: patience = patienceMs }: CallOptions,
  ): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        {
          ...this.#target,
          ...{ method, path, agent: false },
          headers: {
            Host: 'docker',
            ...(text === undefined
              ? {}
              : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
          },
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      call.on('error', error => {
        reject(
          signal?.aborted === true ? (signal.reason as Error) : engineNotAnswering(this.#endpoint, error),
        );
      });
      if (patience > 0) call.setTimeout(patience, () => call.destroy(new Error('it did not answer in time')));
      call.end(text);
    });
  }
}

/** Whether the engine said that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 404;
}

/** Whether nobody answered, in contrast to an answer that says no. */
export function isNotAnswering(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'engine-not-answering';
}

const refusalSchema = z.looseObject({ message: z.string() });

function targetOf(endpoint: string): RequestOptions {
  const socket = /^(?:unix:\/\/|npipe:\/\/)(.+)$/.exec(endpoint)?.[1];
  if (socket !== undefined) return { socketPath: socket };
  const [, host, port] = /^(?:tcp|http):\/\/(127\.0\.0\.1|localhost|\[::1\]):(\d+)\/?$/.exec(endpoint) ?? [];
  if (host === undefined || port === undefined) throw engineNotLocal(endpoint);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Rejects with `engine-not-answering` when the engine goes in the middle of it. */
export async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > mostAnswerBytes) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
  } catch (error) {
    // An engine that is killed in the middle of an answer.
    if (systemErrorCode(error) === undefined) throw error;
    throw engineNotAnswering('', error);
  }
  return Buffer.concat(chunks);
}

/** Undefined for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
