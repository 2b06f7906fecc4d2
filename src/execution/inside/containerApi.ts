/**
 * The few calls of the Docker API that a supervisor needs, over `node:http`: it is one small bundle that lives as long as
 * the longest training, and must start as fast for runs that know no container. Docker and Podman answer them alike.
 * Every call is a connection of its own, so that an engine that was restarted meanwhile is simply asked again.
 */
import { request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import * as z from 'zod';
import { systemErrorCode } from '../../base/systemError.ts';
import { engineNotAnswering, engineNotLocal, engineRefused } from './errors.ts';
import { demuxed } from './demuxed.ts';

const mountSchema = z.looseObject({
  Type: z.string(),
  Name: z.string().optional(),
  Source: z.string().default(''),
  Destination: z.string(),
  RW: z.boolean().default(true),
});
export type ContainerMount = z.infer<typeof mountSchema>;

const containerSchema = z.looseObject({
  Id: z.string(),
  Name: z.string().default(''),
  /** Of the image's configuration; Podman leaves `sha256:` out. */
  Image: z.string(),
  State: z.looseObject({
    Running: z.boolean(),
    Paused: z.boolean().default(false),
    OOMKilled: z.boolean().default(false),
    ExitCode: z.number().default(0),
    StartedAt: z.string().default(''),
  }),
  Mounts: z.array(mountSchema).nullish(),
  HostConfig: z
    .looseObject({
      NetworkMode: z.string().default(''),
      Runtime: z.string().optional(),
      ShmSize: z.number().optional(),
      IpcMode: z.string().optional(),
      DeviceRequests: z.array(z.unknown()).nullish(),
      Devices: z.array(z.looseObject({ PathOnHost: z.string().default('') })).nullish(),
    })
    .default({ NetworkMode: '' }),
  Config: z.looseObject({
    Image: z.string().default(''),
    User: z.string().default(''),
    Env: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
});
export type ContainerFacts = z.infer<typeof containerSchema>;

const execSchema = z.looseObject({
  Running: z.boolean(),
  ExitCode: z.number().nullish(),
  /** In the engine's own pid namespace; 0 where it is not known. */
  Pid: z.number().default(0),
});
export type ExecFacts = z.infer<typeof execSchema>;

const imageSchema = z.looseObject({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z
    .looseObject({
      Env: z.array(z.string()).nullish(),
      User: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
});
export type ImageFacts = z.infer<typeof imageSchema>;

const idSchema = z.looseObject({ Id: z.string() });

/** What is to be executed inside. */
export interface ExecRequest {
  readonly argv: readonly string[];
  /** Name or number, with a group where there is a colon; the container's own when absent. */
  readonly user?: string | undefined;
  /** `NAME=value`, over the container's own environment. */
  readonly env?: readonly string[];
}

export interface ExecOutcome {
  readonly exitCode: number | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without an answer; the default is made for calls that only look. */
  readonly patienceMs?: number;
}

/** A call that only looks takes milliseconds; a busy engine may take seconds. */
const patienceMs = 20_000;
const mostAnswerBytes = 64 * 1024 * 1024;

export class ContainerApi {
  /** As an engine is named: `unix:///run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://127.0.0.1:2375`. */
  readonly endpoint: string;
  readonly #target: RequestOptions;

  /** Throws `engine-not-local` for an endpoint that this machine's paths mean nothing to. */
  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#target = targetOf(endpoint);
  }

  /** Undefined where there is no such container (any more). Rejects with `engine-not-answering`. */
  async inspect(id: string, options: CallOptions = {}): Promise<ContainerFacts | undefined> {
    return this.#found('GET', `/containers/${encodeURIComponent(id)}/json`, containerSchema, options);
  }

  /** Ids of the containers that carry all of `labels`, stopped ones too. */
  async list(labels: readonly string[], options: CallOptions = {}): Promise<string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: labels }));
    const answer = await this.#call('GET', `/containers/json?all=1&filters=${filters}`, undefined, options);
    return z
      .array(idSchema)
      .parse(answer)
      .map(({ Id }) => Id);
  }

  /** Resolves with the id of what now runs inside, whoever watches. */
  async startDetached(id: string, exec: ExecRequest, options: CallOptions = {}): Promise<string> {
    const created = await this.#createExec(id, exec, false, options);
    await this.#call('POST', `/exec/${created}/start`, { Detach: true, Tty: false }, options);
    return created;
  }

  /** Executes to the end, and resolves with what it printed. */
  async run(id: string, exec: ExecRequest, options: CallOptions = {}): Promise<ExecOutcome> {
    const created = await this.#createExec(id, exec, true, options);
    const answer = await this.#send('POST', `/exec/${created}/start`, { Detach: false, Tty: false }, options);
    const { stdout, stderr } = demuxed(await bodyOf(answer));
    const { ExitCode } = await this.execFacts(created, options).then(
      facts => facts ?? { ExitCode: undefined },
    );
    return { exitCode: ExitCode ?? undefined, stdout, stderr };
  }

  /** Undefined where the engine has forgotten it: the container was stopped meanwhile. */
  async execFacts(exec: string, options: CallOptions = {}): Promise<ExecFacts | undefined> {
    return this.#found('GET', `/exec/${exec}/json`, execSchema, options);
  }

  /** Resolves when the container has stopped, or is gone. Rejects when the connection ends before. */
  async waitForEnd(id: string, signal: AbortSignal): Promise<void> {
    await this.#call('POST', `/containers/${id}/wait?condition=not-running`, undefined, {
      signal,
      patienceMs: 0,
    }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  /** Undefined where there is no such image. */
  async image(ref: string, options: CallOptions = {}): Promise<ImageFacts | undefined> {
    return this.#found('GET', `/images/${encodeURIComponent(ref)}/json`, imageSchema, options);
  }

  /** Rejects with `engine-refused` when it cannot be had. */
  async pull(ref: string, options: CallOptions = {}): Promise<void> {
    const answer = await this.#send(
      'POST',
      `/images/create?fromImage=${encodeURIComponent(ref)}`,
      undefined,
      {
        patienceMs: 0,
        ...options,
      },
    );
    // One document a line; a failure is the last of them, under a status that says all is well.
    for (const line of (await bodyOf(answer)).toString('utf8').split('\n')) {
      const said = pullLineSchema.safeParse(parsed(line)).data?.error;
      if (said !== undefined) throw engineRefused(`pull ${ref}`, said);
    }
  }

  /** Resolves with the id. @param body As the API describes it. */
  async create(
    name: string,
    body: Readonly<Record<string, unknown>>,
    options: CallOptions = {},
  ): Promise<string> {
    const answer = await this.#call('POST', `/containers/create?name=${encodeURIComponent(name)}`, body, {
      patienceMs: 5 * 60_000,
      ...options,
    });
    return idSchema.parse(answer).Id;
  }

  async start(id: string, options: CallOptions = {}): Promise<void> {
    await this.#call('POST', `/containers/${id}/start`, undefined, { patienceMs: 2 * 60_000, ...options });
  }

  /** With everything that runs in it, and its anonymous volumes; no error where it is gone already. */
  async remove(id: string, options: CallOptions = {}): Promise<void> {
    await this.#call('DELETE', `/containers/${id}?force=1&v=1`, undefined, {
      patienceMs: 2 * 60_000,
      ...options,
    }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }

  async #createExec(
    id: string,
    { argv, user, env }: ExecRequest,
    attach: boolean,
    options: CallOptions,
  ): Promise<string> {
    const answer = await this.#call(
      'POST',
      `/containers/${id}/exec`,
      {
        Cmd: argv,
        AttachStdin: false,
        AttachStdout: attach,
        AttachStderr: attach,
        Tty: false,
        // The working folder is the wrapper's to enter: a missing one is told in its own words.
        ...(user === undefined ? {} : { User: user }),
        ...(env === undefined ? {} : { Env: env }),
      },
      options,
    );
    return idSchema.parse(answer).Id;
  }

  async #found<T>(
    method: string,
    path: string,
    schema: z.ZodType<T>,
    options: CallOptions,
  ): Promise<T | undefined> {
    try {
      return schema.parse(await this.#call(method, path, undefined, options));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async #call(method: string, path: string, body: unknown, options: CallOptions): Promise<unknown> {
    const text = (await bodyOf(await this.#send(method, path, body, options))).toString('utf8');
    return text === '' ? undefined : parsed(text);
  }

  async #send(method: string, path: string, body: unknown, options: CallOptions): Promise<IncomingMessage> {
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
          signal?.aborted === true ? (signal.reason as Error) : engineNotAnswering(this.endpoint, error),
        );
      });
      if (patience > 0) call.setTimeout(patience, () => call.destroy(new Error('it did not answer in time')));
      call.end(text);
    });
  }
}

const pullLineSchema = z.looseObject({ error: z.string() });
const refusalSchema = z.looseObject({ message: z.string() });

/** Whether the engine said that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 404;
}

/** Whether nobody answered, in contrast to an answer that says no. */
export function isNotAnswering(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'engine-not-answering';
}

function targetOf(endpoint: string): RequestOptions {
  const socket = /^(?:unix:\/\/|npipe:\/\/)(.+)$/.exec(endpoint)?.[1];
  if (socket !== undefined) return { socketPath: socket };
  const [, host, port] = /^(?:tcp|http):\/\/(127\.0\.0\.1|localhost|\[::1\]):(\d+)\/?$/.exec(endpoint) ?? [];
  if (host === undefined || port === undefined) throw engineNotLocal(endpoint);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
