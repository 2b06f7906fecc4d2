/**
 * The one place that holds a client of the library: it is told everything, so that nothing of DOCKER_HOST and its
 * relatives is mixed in, pins no version of the API, and turns failures into those of the catalogue.
 */
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import type * as z from 'zod';
import { LockstepError } from '../../base/lockstepError.ts';
import { errorText, systemErrorCode } from '../../base/systemError.ts';
import { dialStdioAgent } from './dialStdioAgent.ts';
import { parseEndpoint } from './endpoint.ts';
import type { Engine } from './engine.ts';
import {
  endpointUnreadable,
  engineAnswerUnreadable,
  engineNotPermitted,
  engineRefused,
  engineUnreachable,
} from './errors.ts';
import { loadSdk } from './loadSdk.ts';

/** What it takes to speak to an engine. */
export type EngineAddress = Pick<Engine, 'endpoint' | 'environment' | 'program'>;

export interface EngineConnection {
  readonly endpoint: string;
  /**
   * Makes a call and reads its answer.
   * @param doing Completes "could not": `inspect the container abc`.
   * @throws LockstepError of errors.ts; the signal's reason when it aborted.
   */
  ask<Schema extends z.ZodType>(
    doing: string,
    schema: Schema,
    signal: AbortSignal | undefined,
    call: (docker: Dockerode) => Promise<unknown>,
  ): Promise<z.output<Schema>>;
  /** The same for an answer that nobody reads, or that is a stream. */
  tell<T>(
    doing: string,
    signal: AbortSignal | undefined,
    call: (docker: Dockerode) => Promise<T>,
  ): Promise<T>;
}

export async function connectEngine(address: EngineAddress): Promise<EngineConnection> {
  const docker = await client(address);
  const tell = async <T>(
    doing: string,
    signal: AbortSignal | undefined,
    call: (docker: Dockerode) => Promise<T>,
  ): Promise<T> => {
    signal?.throwIfAborted();
    try {
      return await untilAborted(call(docker), signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw translated(error, doing, address.endpoint);
    }
  };
  return {
    endpoint: address.endpoint,
    tell,
    ask: async (doing, schema, signal, call) => {
      const parsed = schema.safeParse(await tell(doing, signal, call));
      if (!parsed.success) throw engineAnswerUnreadable(doing, parsed.error);
      return parsed.data;
    },
  };
}

async function client({ endpoint, environment, program }: EngineAddress): Promise<Dockerode> {
  const { Docker } = await loadSdk();
  const parsed = parseEndpoint(endpoint);
  if (parsed === undefined) throw endpointUnreadable(endpoint);
  const options: Dockerode.DockerOptions = { protocol: 'http' };
  if (parsed.kind === 'socket' || parsed.kind === 'pipe') options.socketPath = parsed.path;
  else if (parsed.kind === 'ssh') {
    options.host = 'engine';
    Object.assign(options, { agent: dialStdioAgent(program, environment) });
  } else {
    options.host = parsed.host.includes(':') ? `[${parsed.host}]` : parsed.host;
    options.port = parsed.port;
    const verify = isSet(environment['DOCKER_TLS_VERIFY']);
    if (parsed.secure || verify || isSet(environment['DOCKER_TLS'])) {
      options.protocol = 'https';
      const found = await certificates(environment['DOCKER_CERT_PATH']);
      Object.assign(options, found);
      // A context may say that the certificate need not be vouched for.
      if (!verify && isSet(environment['DOCKER_TLS']))
        Object.assign(options, { agent: new Agent({ ...found, rejectUnauthorized: false }) });
    }
  }
  return withoutOwnVariables(() => new Docker(options));
}

/** Files that a client certificate consists of, as Docker names them. */
async function certificates(
  folder: string | undefined,
): Promise<Partial<Record<'ca' | 'cert' | 'key', string>>> {
  if (folder === undefined) return {};
  const found: Partial<Record<'ca' | 'cert' | 'key', string>> = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const text = await readFile(join(folder, `${name}.pem`), 'utf8').catch(() => undefined);
    if (text !== undefined) found[name] = text;
  }
  return found;
}

/** The library's constructor reads DOCKER_HOST, and merges it under what it is told. */
function withoutOwnVariables<T>(make: () => T): T {
  const kept = process.env['DOCKER_HOST'];
  delete process.env['DOCKER_HOST'];
  try {
    return make();
  } finally {
    if (kept !== undefined) process.env['DOCKER_HOST'] = kept;
  }
}

function translated(error: unknown, doing: string, endpoint: string): unknown {
  if (error instanceof LockstepError) return error;
  const code = systemErrorCode(error);
  if (code === 'EACCES' || code === 'EPERM') return engineNotPermitted(endpoint, error);
  const status = statusOf(error);
  if (status === undefined) return engineUnreachable(endpoint, error);
  return engineRefused(doing, status, words(error), error);
}

/** Not every call of the library takes a signal: the wait ends all the same. */
function untilAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort reason is passed on as it is
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** `(HTTP code 404) no such container - No such container: x `: what stands behind the dash is the engine's. */
function words(error: unknown): string {
  const text = errorText(error).trim();
  return /^\(HTTP code \d+\) .*? - (.+)$/s.exec(text)?.[1] ?? text;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
