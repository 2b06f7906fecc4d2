/**
 * The MLflow endpoint of a run, from before the start of its command to its end, and across supervisors: its address is
 * kept in `endpoint.json` while the run lives, because the command goes on using it whoever watches.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { errorText, systemErrorCode } from '../base/systemError.ts';
import { openMlflowEndpoint } from '../tracking/mlflow/openMlflowEndpoint.ts';
import type { MlflowEndpoint } from '../tracking/mlflow/openMlflowEndpoint.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { CommandPlace } from './commandPlace.ts';
import type { LaunchSpec } from './launchSpec.ts';
import { mlflowRuns } from './mlflowRuns.ts';
import type { RecordedRuns } from './recordedRuns.ts';
import type { SupervisorLog } from './supervisorLog.ts';
import { writeJsonSync } from './writeJsonSync.ts';

const addressSchema = z.looseObject({
  schemaVersion: z.int().positive(),
  port: z.int().positive(),
  /** Secret: whoever has it can write into the run. */
  token: z.string(),
});

export interface MlflowDeskOptions {
  readonly spec: LaunchSpec;
  readonly paths: RunPaths;
  readonly log: SupervisorLog;
  readonly runs: RecordedRuns;
}

/** A client goes on asking for about four minutes. */
const reopenPatienceMs = 5 * 60_000;

export class MlflowDesk {
  readonly #options: MlflowDeskOptions;
  readonly #closing = new AbortController();
  #endpoint: Promise<MlflowEndpoint | undefined> = Promise.resolve(undefined);
  #requests = 0;

  constructor(options: MlflowDeskOptions) {
    this.#options = options;
  }

  /** Requests that this supervisor answered, once it is closed. */
  get requests(): number {
    return this.#requests;
  }

  /** Never rejects: without an endpoint the run only shows less. */
  open(place: Pick<CommandPlace, 'openMlflow'>): Promise<MlflowEndpoint | undefined> {
    this.#endpoint = this.#reachable(place, this.#openAnew());
    return this.#endpoint;
  }

  /** Where an earlier supervisor opened one, opens it again at the same address, as soon as that is free. */
  reopen(place: Pick<CommandPlace, 'openMlflow'>): void {
    this.#endpoint = this.#reachable(place, this.#openAgain());
  }

  /** Answers what has begun, and gives the address up. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    const endpoint = await this.#endpoint;
    this.#endpoint = Promise.resolve(undefined);
    const { log, paths } = this.#options;
    await endpoint
      ?.close()
      .catch((error: unknown) => log.warn(`The MLflow endpoint was not closed: ${errorText(error)}`));
    this.#requests += endpoint?.requests ?? 0;
    await rm(paths.endpoint, { force: true }).catch(() => undefined);
  }

  async #reachable(
    place: Pick<CommandPlace, 'openMlflow'>,
    opening: Promise<MlflowEndpoint | undefined>,
  ): Promise<MlflowEndpoint | undefined> {
    const endpoint = await opening;
    if (endpoint !== undefined) await place.openMlflow(endpoint.port);
    return endpoint;
  }

  async #openAnew(): Promise<MlflowEndpoint | undefined> {
    const { log, paths } = this.#options;
    try {
      const token = randomBytes(24).toString('base64url');
      const endpoint = await this.#listen(token);
      writeJsonSync(paths.endpoint, { schemaVersion: 1, port: endpoint.port, token }, 0o600);
      log.note('the MLflow endpoint is open');
      return endpoint;
    } catch (error) {
      log.warn(`What is logged with MLflow does not arrive here: ${errorText(error)}`);
      return undefined;
    }
  }

  async #openAgain(): Promise<MlflowEndpoint | undefined> {
    const { log, paths } = this.#options;
    const address = await readAddress(paths.endpoint);
    if (address === undefined) return undefined;
    const end = performance.now() + reopenPatienceMs;
    for (;;) {
      try {
        const endpoint = await this.#listen(address.token, address.port);
        log.note('the MLflow endpoint is open again');
        return endpoint;
      } catch (error) {
        if (this.#closing.signal.aborted) return undefined;
        if (!isTaken(error) || performance.now() >= end) {
          log.warn(`What is logged with MLflow does not arrive here any more: ${errorText(error)}`);
          return undefined;
        }
      }
      await delay(100, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  #listen(token: string, port?: number): Promise<MlflowEndpoint> {
    const { spec, paths, log, runs } = this.#options;
    return openMlflowEndpoint({
      ...{ token, port },
      runs: mlflowRuns(runs),
      journal: paths.mlflow,
      // A container sees other folders than the host.
      artifacts: spec.environment.kind === 'devcontainer' ? 'http' : 'file',
      userName: userName(),
      onProblem: text => log.warn(text),
    });
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && systemErrorCode(error.cause) === 'EADDRINUSE';
}

async function readAddress(path: string): Promise<z.infer<typeof addressSchema> | undefined> {
  try {
    return addressSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number without a name.
    return 'unknown';
  }
}
