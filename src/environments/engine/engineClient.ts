/**
 * An engine by its API: state, containers, commands inside, events. Builds and `up` go through the engine's own
 * program. Every call takes a signal; a failure is a LockstepError of errors.ts with the engine's own words.
 */
import type Dockerode from 'dockerode';
import * as z from 'zod';
import { containerLogs, type CollectedOutput } from './containerLogs.ts';
import { containerStats, type ContainerStats } from './containerStats.ts';
import { connectEngine, type EngineAddress, type EngineConnection } from './engineConnection.ts';
import { execInContainer, startInContainer, type ExecOptions, type ExecResult } from './execInContainer.ts';
import { followEvents, type EngineEvent, type EventFilters } from './followEvents.ts';
import { endMarked, type EndMarkedOptions } from './endMarked.ts';
import { pullImage, type PullProgress } from './pullImage.ts';
import {
  changesSchema,
  containerSchema,
  containerSummarySchema,
  createdSchema,
  diskSchema,
  imageSchema,
  infoSchema,
  versionSchema,
  type ContainerDetails,
  type ContainerSummary,
  type DiskUsage,
  type EngineInfo,
  type ImageDetails,
} from './shapes.ts';

/** What is created: a body of `POST /containers/create`, and a name. */
export type ContainerRequest = Omit<Dockerode.ContainerCreateOptions, 'abortSignal' | 'authconfig'>;

export interface FileChange {
  /** Absolute, inside the container. */
  readonly path: string;
  readonly how: 'changed' | 'added' | 'removed';
}

export class EngineClient {
  readonly #connection: EngineConnection;

  private constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /** Says nothing to the engine yet. Throws when its endpoint is none. */
  static async connect(engine: EngineAddress): Promise<EngineClient> {
    return new EngineClient(await connectEngine(engine));
  }

  version(signal?: AbortSignal): Promise<z.infer<typeof versionSchema>> {
    return this.#connection.ask('tell its version', versionSchema, signal, docker => docker.version());
  }

  info(signal?: AbortSignal): Promise<EngineInfo> {
    return this.#connection.ask('describe itself', infoSchema, signal, docker => docker.info());
  }

  /**
   * Running containers, with `all` also those that ended.
   * @param labels `name` or `name=value`, all of which a container must have.
   */
  containers(
    labels: readonly string[],
    options: { readonly all?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<ContainerSummary[]> {
    const { all = true, signal } = options;
    return this.#connection.ask('list containers', z.array(containerSummarySchema), signal, docker =>
      docker.listContainers({ all, filters: JSON.stringify({ label: labels }), ...aborted(signal) }),
    );
  }

  inspect(container: string, signal?: AbortSignal): Promise<ContainerDetails> {
    return this.#connection.ask(`inspect the container ${container}`, containerSchema, signal, docker =>
      docker.getContainer(container).inspect({ ...aborted(signal) }),
    );
  }

  /** Resolves with the id. What the engine ignores it does not say: look at what came out. */
  async create(request: ContainerRequest, signal?: AbortSignal): Promise<string> {
    const doing = `create a container of ${request.Image ?? 'no image'}`;
    const created = await this.#connection.ask(doing, createdSchema, signal, async docker => {
      const { id } = await docker.createContainer({ ...request, ...aborted(signal) });
      return { Id: id };
    });
    return created.Id;
  }

  /** A container that runs already is started. */
  async start(container: string, signal?: AbortSignal): Promise<void> {
    await this.#connection.tell(`start the container ${container}`, signal, docker =>
      unlessStatus(304, docker.getContainer(container).start({ ...aborted(signal) })),
    );
  }

  /** Ends it with its own stop signal, after `seconds` by force; one that ended is stopped. */
  async stop(container: string, seconds = 10, signal?: AbortSignal): Promise<void> {
    await this.#connection.tell(`stop the container ${container}`, signal, docker =>
      unlessStatus(304, docker.getContainer(container).stop({ t: seconds, ...aborted(signal) })),
    );
  }

  /** Sends a signal to the first process of the container. */
  async kill(container: string, name = 'SIGKILL', signal?: AbortSignal): Promise<void> {
    await this.#connection.tell(`end the container ${container}`, signal, docker =>
      docker.getContainer(container).kill({ signal: name, ...aborted(signal) }),
    );
  }

  /** Also a running one, with its anonymous volumes; one that is gone is removed. */
  async remove(container: string, signal?: AbortSignal): Promise<void> {
    await this.#connection.tell(`remove the container ${container}`, signal, docker =>
      unlessStatus(404, docker.getContainer(container).remove({ force: true, v: true, ...aborted(signal) })),
    );
  }

  /** Resolves with the exit code when the container ends, at once when it has. */
  async wait(container: string, signal?: AbortSignal): Promise<number> {
    const ended = await this.#connection.ask(
      `wait for the container ${container}`,
      z.looseObject({ StatusCode: z.number() }),
      signal,
      docker => docker.getContainer(container).wait({ ...aborted(signal) }),
    );
    return ended.StatusCode;
  }

  /** Runs a command inside to its end; see execInContainer.ts. */
  exec(container: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return execInContainer(this.#connection, container, command, options);
  }

  /** Starts a command inside and leaves it alone. Resolves with the id of the exec. */
  startExec(
    container: string,
    command: readonly string[],
    options: Pick<ExecOptions, 'user' | 'folder' | 'environment' | 'signal'> = {},
  ): Promise<string> {
    return startInContainer(this.#connection, container, command, options);
  }

  /** Signals every process inside that has `name=value` in its environment; see endMarked.ts. */
  endMarked(
    container: string,
    mark: { readonly name: string; readonly value: string },
    options: EndMarkedOptions = {},
  ): Promise<number> {
    return endMarked(this.#connection, container, mark, options);
  }

  image(name: string, signal?: AbortSignal): Promise<ImageDetails> {
    return this.#connection.ask(`inspect the image ${name}`, imageSchema, signal, docker =>
      docker.getImage(name).inspect(),
    );
  }

  /** Undefined when the engine has no such image. */
  async findImage(name: string, signal?: AbortSignal): Promise<ImageDetails | undefined> {
    try {
      return await this.image(name, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Undefined when the engine has no such container. */
  async findContainer(name: string, signal?: AbortSignal): Promise<ContainerDetails | undefined> {
    try {
      return await this.inspect(name, signal);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Gives an image that is there the further name `repository:tag`. */
  async tag(image: string, repository: string, tag: string, signal?: AbortSignal): Promise<void> {
    await this.#connection.tell(`tag the image ${image}`, signal, docker =>
      docker.getImage(image).tag({ repo: repository, tag, ...aborted(signal) }),
    );
  }

  async removeImage(image: string, signal?: AbortSignal): Promise<void> {
    await this.#connection.tell(`remove the image ${image}`, signal, docker =>
      unlessStatus(404, docker.getImage(image).remove({ ...aborted(signal) })),
    );
  }

  /** Fetches an image from its registry, anonymously; see pullImage.ts. */
  pull(
    image: string,
    options: { readonly onProgress?: (progress: PullProgress) => void; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    return pullImage(this.#connection, image, options);
  }

  /** What happens to containers, until the signal aborts; see followEvents.ts. */
  events(filters: EventFilters, signal: AbortSignal): AsyncIterable<EngineEvent> {
    return followEvents(this.#connection, filters, signal);
  }

  /** Counters of this moment; two of them make a rate. */
  stats(container: string, signal?: AbortSignal): Promise<ContainerStats> {
    return containerStats(this.#connection, container, signal);
  }

  /** What differs in the container's own layer from its image. */
  async changes(container: string, signal?: AbortSignal): Promise<FileChange[]> {
    const kinds = ['changed', 'added', 'removed'] as const;
    const found = await this.#connection.ask(
      `compare the container ${container} with its image`,
      changesSchema,
      signal,
      docker => docker.getContainer(container).changes({ ...aborted(signal) }),
    );
    return found.map(({ Path, Kind }) => ({ path: Path, how: kinds[Kind] ?? 'changed' }));
  }

  disk(signal?: AbortSignal): Promise<DiskUsage> {
    return this.#connection.ask('measure what it keeps', diskSchema, signal, docker => docker.df());
  }

  /** What the container printed so far; the last `tail` lines of it. */
  logs(
    container: string,
    options: { readonly tail?: number; readonly signal?: AbortSignal } = {},
  ): Promise<CollectedOutput> {
    return containerLogs(this.#connection, container, options);
  }
}

/** Whether the engine has no such thing. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'engine-not-found';
}

function aborted(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

/** Some answers say that what was wanted is so already. */
async function unlessStatus(status: number, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof Error && 'statusCode' in error && error.statusCode === status)) throw error;
  }
}
