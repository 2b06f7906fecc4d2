/**
 * The few calls of the Docker API that a supervisor needs: it is one small bundle that lives as long as the longest
 * training, and must start as fast for runs that know no container. Docker and Podman answer them alike.
 */
import * as z from 'zod';
import { demuxed } from './demuxed.ts';
import { bodyOf, EngineCalls, isMissing, parsed } from './engineCalls.ts';
import type { CallOptions } from './engineCalls.ts';
import { containerSchema, execSchema, imageSchema } from './engineFacts.ts';
import type { ContainerFacts, ExecFacts, ImageFacts } from './engineFacts.ts';
import { engineRefused } from './errors.ts';
import { pullProgress } from './pullProgress.ts';

const idSchema = z.looseObject({ Id: z.string() });

export interface PullOptions extends CallOptions {
  /** Another than the engine's own: `linux/arm64`. */
  readonly platform?: string | undefined;
  /** Gets how much of the layers that are known by then is fetched. */
  readonly onBytes?: (done: number, total: number) => void;
}

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

export class ContainerApi {
  /** As an engine is named: `unix:///run/docker.sock`, `npipe:////./pipe/docker_engine`, `tcp://127.0.0.1:2375`. */
  readonly endpoint: string;
  readonly #calls: EngineCalls;

  /** Throws `engine-not-local` for an endpoint that this machine's paths mean nothing to. */
  constructor(endpoint: string) {
    this.endpoint = endpoint;
    this.#calls = new EngineCalls(endpoint);
  }

  /** Undefined where there is no such container (any more). Rejects with `engine-not-answering`. */
  async inspect(id: string, options: CallOptions = {}): Promise<ContainerFacts | undefined> {
    return this.#found('GET', `/containers/${encodeURIComponent(id)}/json`, containerSchema, options);
  }

  /** Ids of the containers that carry all of `labels`, stopped ones too. */
  async list(labels: readonly string[], options: CallOptions = {}): Promise<string[]> {
    const filters = encodeURIComponent(JSON.stringify({ label: labels }));
    const answer = await this.#calls.call(
      'GET',
      `/containers/json?all=1&filters=${filters}`,
      undefined,
      options,
    );
    return z
      .array(idSchema)
      .parse(answer)
      .map(({ Id }) => Id);
  }

  /** Resolves with the id of what now runs inside, whoever watches. */
  async startDetached(id: string, exec: ExecRequest, options: CallOptions = {}): Promise<string> {
    const created = await this.#createExec(id, exec, false, options);
    await this.#calls.call('POST', `/exec/${created}/start`, { Detach: true, Tty: false }, options);
    return created;
  }

  /** Executes to the end, and resolves with what it printed. */
  async run(id: string, exec: ExecRequest, options: CallOptions = {}): Promise<ExecOutcome> {
    const created = await this.#createExec(id, exec, true, options);
    const answer = await this.#calls.send(
      'POST',
      `/exec/${created}/start`,
      { Detach: false, Tty: false },
      options,
    );
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
    await this.#calls
      .call('POST', `/containers/${id}/wait?condition=not-running`, undefined, {
        signal,
        patienceMs: 0,
      })
      .catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
  }

  /** Undefined where there is no such image. */
  async image(ref: string, options: CallOptions = {}): Promise<ImageFacts | undefined> {
    return this.#found('GET', `/images/${encodeURIComponent(ref)}/json`, imageSchema, options);
  }

  /** Rejects with `engine-refused` when it cannot be had. */
  async pull(ref: string, { platform, onBytes, ...options }: PullOptions = {}): Promise<void> {
    const of = platform === undefined ? '' : `&platform=${encodeURIComponent(platform)}`;
    const answer = await this.#calls.send(
      'POST',
      `/images/create?fromImage=${encodeURIComponent(ref)}${of}`,
      undefined,
      {
        patienceMs: 0,
        ...options,
      },
    );
    if (onBytes !== undefined) answer.on('data', pullProgress(onBytes));
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
    const answer = await this.#calls.call(
      'POST',
      `/containers/create?name=${encodeURIComponent(name)}`,
      body,
      {
        patienceMs: 5 * 60_000,
        ...options,
      },
    );
    return idSchema.parse(answer).Id;
  }

  async start(id: string, options: CallOptions = {}): Promise<void> {
    await this.#calls.call('POST', `/containers/${id}/start`, undefined, {
      patienceMs: 2 * 60_000,
      ...options,
    });
  }

  /** With everything that runs in it, and its anonymous volumes; no error where it is gone already. */
  async remove(id: string, options: CallOptions = {}): Promise<void> {
    await this.#calls
      .call('DELETE', `/containers/${id}?force=1&v=1`, undefined, {
        patienceMs: 2 * 60_000,
        ...options,
      })
      .catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
  }

  async #createExec(
    id: string,
    { argv, user, env }: ExecRequest,
    attach: boolean,
    options: CallOptions,
  ): Promise<string> {
    const answer = await this.#calls.call(
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
      return schema.parse(await this.#calls.call(method, path, undefined, options));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

const pullLineSchema = z.looseObject({ error: z.string() });
