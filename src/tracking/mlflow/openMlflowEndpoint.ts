/**
 * The MLflow tracking server of one run, for the clients of MLflow 2.9 and newer: 127.0.0.1 only, behind a secret path.
 * Invariant: nothing that a client acknowledged is lost, and no training ends because of this endpoint.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TrackedRuns } from '../trackedRun.ts';
import { answerCall, type Desk } from './answerCall.ts';
import { childVariables } from './childVariables.ts';
import { endpointNotOpened } from './errors.ts';
import { experimentRoutes } from './experimentRoutes.ts';
import { historyRoutes } from './historyRoutes.ts';
import { Journal } from './journal.ts';
import { Keeper } from './keeper.ts';
import { logRoutes } from './logRoutes.ts';
import { RouteTable } from './routeTable.ts';
import { runRoutes } from './runRoutes.ts';
import { artifactRoutes } from './artifactRoutes.ts';
import { inputRoutes } from './inputRoutes.ts';
import { modelRoutes } from './modelRoutes.ts';
import { registryRoutes } from './registryRoutes.ts';
import { searchRoutes } from './searchRoutes.ts';
import { MediaFollower } from './mediaFollower.ts';
import { Tracker } from './tracker.ts';

export interface MlflowEndpointOptions {
  readonly runs: TrackedRuns;
  /** `mlflow.jsonl` of the run; what it holds already is known again. */
  readonly journal: string;
  /** Chosen by the system when absent. */
  readonly port?: number | undefined;
  /** Secret; letters, digits, `-` and `_`. */
  readonly token: string;
  /** How clients reach the folder of artifacts: as files of their own machine, or by upload. */
  readonly artifacts: 'file' | 'http';
  readonly userName: string;
  /** What a person should know, one line; for the warnings of the result. */
  readonly onProblem: (text: string) => void;
}

export interface MlflowEndpoint {
  readonly port: number;
  /** The value of MLFLOW_TRACKING_URI. */
  readonly uri: string;
  /** Requests so far: 0 at the end tells that nothing used it. */
  readonly requests: number;
  /** What the command needs beside the variables that it has already. */
  variables(inherited?: Readonly<Record<string, string | undefined>>): Record<string, string>;
  /** Answers what has begun, writes what is left, and stops listening. */
  close(): Promise<void>;
}

/** Throws `endpoint-not-opened`. */
export async function openMlflowEndpoint(options: MlflowEndpointOptions): Promise<MlflowEndpoint> {
  let requests = 0;
  let desk: Desk | undefined;
  const server = createServer((request, response) => {
    requests++;
    if (desk === undefined) request.destroy();
    else void answerCall(desk, request, response);
  });
  await listen(server, options.port ?? 0);
  // The journal is read only now: while the port was another supervisor's, it may still have been written.
  const { tracker, media } = (desk = openDesk(options));
  const { port } = server.address() as AddressInfo;
  const uri = `http://127.0.0.1:${port}/${options.token}`;
  return {
    port,
    uri,
    get requests() {
      return requests;
    },
    variables: (inherited = {}) => childVariables(uri, options.runs.main.id, inherited),
    close: async () => {
      await closeServer(server, () => tracker.stopWaiting());
      media.scanAll();
      tracker.close();
    },
  };
}

function openDesk(options: MlflowEndpointOptions): Desk {
  const tracker = new Tracker({
    ...options,
    journal: new Journal(options.journal),
    keeper: new Keeper({ onProblem: options.onProblem }),
  });
  return {
    tracker,
    media: new MediaFollower(tracker),
    token: options.token,
    routes: new RouteTable(allRoutes),
  };
}

const allRoutes = [
  ...experimentRoutes,
  ...runRoutes,
  ...logRoutes,
  ...historyRoutes,
  ...searchRoutes,
  ...inputRoutes,
  ...modelRoutes,
  ...registryRoutes,
  ...artifactRoutes,
];

/** A client may be paused for long in the middle of a request; one that only begins requests is cut off. */
const idleMs = 30 * 60_000;
const headersMs = 60_000;
/** For what has begun when the endpoint closes. */
const lastAnswersMs = 5_000;

async function listen(server: Server, port: number): Promise<void> {
  server.headersTimeout = headersMs;
  server.requestTimeout = 0;
  server.timeout = idleMs;
  // A client that keeps its connection between two steps of a slow training finds it still open.
  server.keepAliveTimeout = idleMs;
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else socket.destroy();
  });
  server.on('upgrade', (_request, socket) => socket.destroy());
  server.on('connect', (_request, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(endpointNotOpened(port, error)));
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  server.on('error', () => undefined);
}

async function closeServer(server: Server, stopWaiting: () => void): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeIdleConnections();
  stopWaiting();
  const impatience = setTimeout(() => server.closeAllConnections(), lastAnswersMs);
  await closed;
  clearTimeout(impatience);
}
