/** An endpoint on tracked runs in a temporary folder, and a plain HTTP client that speaks to it as MLflow's does. */
import { join } from 'node:path';
import { openMlflowEndpoint, type MlflowEndpoint } from '../../../src/tracking/mlflow/openMlflowEndpoint.ts';
import { RecordedRuns } from '../../helpers/recordedRuns.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

export interface Answer {
  readonly status: number;
  /** Read as JSON where it is. */
  readonly body: unknown;
}

export const token = 'a-secret-of-tests';

export class EndpointOfTests implements AsyncDisposable {
  readonly folder: Awaited<ReturnType<typeof temporaryFolder>>;
  runs: RecordedRuns;
  endpoint: MlflowEndpoint;
  readonly problems: string[];
  readonly #artifacts: 'file' | 'http';

  private constructor(made: {
    folder: Awaited<ReturnType<typeof temporaryFolder>>;
    runs: RecordedRuns;
    endpoint: MlflowEndpoint;
    problems: string[];
    artifacts: 'file' | 'http';
  }) {
    this.folder = made.folder;
    this.runs = made.runs;
    this.endpoint = made.endpoint;
    this.problems = made.problems;
    this.#artifacts = made.artifacts;
  }

  static async open(artifacts: 'file' | 'http' = 'http'): Promise<EndpointOfTests> {
    const folder = await temporaryFolder('mlflow endpoint');
    const runs = new RecordedRuns(folder.path);
    const problems: string[] = [];
    const endpoint = await openOn(folder.path, runs, artifacts, problems);
    return new EndpointOfTests({ folder, runs, endpoint, problems, artifacts });
  }

  get journal(): string {
    return join(this.folder.path, 'mlflow.jsonl');
  }

  /** Ends it and opens it again as a new supervisor would: same port, same token, same files. */
  async reopen(): Promise<void> {
    const { port } = this.endpoint;
    await this.endpoint.close();
    this.runs = this.runs.reopened();
    this.endpoint = await openOn(this.folder.path, this.runs, this.#artifacts, this.problems, port);
  }

  async get(path: string, query: Record<string, string> = {}): Promise<Answer> {
    return answerOf(
      await fetchAgain(
        `${this.endpoint.uri}/api/2.0/mlflow/${path}?${new URLSearchParams(query).toString()}`,
      ),
    );
  }

  async post(path: string, body: object, method = 'POST'): Promise<Answer> {
    return answerOf(
      await fetchAgain(`${this.endpoint.uri}/api/2.0/mlflow/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  }

  /** Id of a new MLflow run. */
  async createRun(fields: object = {}): Promise<string> {
    const { body } = await this.post('runs/create', {
      experiment_id: '0',
      start_time: 1_770_000_000_000,
      ...fields,
    });
    return (body as { run: { info: { run_id: string } } }).run.info.run_id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endpoint.close();
    this.runs.close();
    await this.folder.remove();
  }
}

/** Asks again when the connection turns out to be one of an endpoint that has closed, as MLflow's client does. */
async function fetchAgain(url: string, init: RequestInit = {}): Promise<Response> {
  for (let tries = 0; ; tries++) {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, body: asJson(text) };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function openOn(
  folder: string,
  runs: RecordedRuns,
  artifacts: 'file' | 'http',
  problems: string[],
  port?: number,
): Promise<MlflowEndpoint> {
  return openMlflowEndpoint({
    runs,
    journal: join(folder, 'mlflow.jsonl'),
    port,
    token,
    artifacts,
    userName: 'someone',
    onProblem: text => problems.push(text),
  });
}
