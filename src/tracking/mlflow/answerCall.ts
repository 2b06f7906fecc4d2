/**
 * One request from its first byte to its answer. Nothing that is thrown on the way leaves this file: a client hears of
 * wrong use in MLflow's own shape, and of a fault of ours, where a training could end for it, nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorText } from '../../base/systemError.ts';
import { answerArtifactCall } from './artifactCalls.ts';
import type { MediaFollower } from './mediaFollower.ts';
import { endpointNotFound, MlflowProblem, refused } from './mlflowProblem.ts';
import { reply, replyJson } from './reply.ts';
import { readJsonBody } from './requestBody.ts';
import { isForeign, pathBehindToken } from './requestGuard.ts';
import type { RouteTable } from './routeTable.ts';
import { runPage } from './runPage.ts';
import type { Tracker } from './tracker.ts';

export interface Desk {
  readonly tracker: Tracker;
  readonly routes: RouteTable;
  readonly media: MediaFollower;
  readonly token: string;
}

/** The version whose interface is spoken, for clients that ask. */
const spokenVersion = '3.3.2';
const artifactPath = /^(?:api|ajax-api)\/2\.0\/mlflow-artifacts\/artifacts(?:\/(.*))?$/s;
const restPath = /^(?:api|ajax-api)\/(?:2\.0|3\.0)\/(?:preview\/)?mlflow\/(.+)$/;

/** Never rejects. */
export async function answerCall(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await dispatch(desk, request, response);
  } catch (error) {
    if (response.headersSent || response.destroyed) response.destroy();
    else if (error instanceof MlflowProblem) replyJson(response, error.status, error.body);
    else {
      desk.tracker.onProblem(`A call of MLflow failed: ${request.method ?? ''} ${errorText(error)}`);
      // A training would end for an error, and goes on without an answer's content.
      replyJson(response, 200, {});
    }
  }
  // What is left of a body that nobody read must not be taken for the next request.
  request.resume();
}

async function dispatch(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  if (isForeign(request.headers)) throw refused('Refused');
  const path = pathBehindToken(url, desk.token);
  if (path === undefined) throw endpointNotFound();
  const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  const rest = restPath.exec(path)?.[1];
  if (rest !== undefined) {
    const found = desk.routes.find(method, rest.replace(/\/$/, ''));
    if (found === undefined) throw endpointNotFound();
    const fields = method === 'GET' ? queryFields(query) : await readJsonBody(request);
    const answer = await found.route.answer(desk.tracker, { ...fields, ...found.parameters });
    replyJson(response, 200, answer);
    return;
  }
  const artifact = artifactPath.exec(path);
  if (artifact !== null) {
    await answerArtifactCall(desk, request, response, artifact[1] ?? '', query);
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') throw endpointNotFound();
  if (path === 'health') reply(response, 200, 'text/plain', 'OK');
  else if (path === 'version') reply(response, 200, 'text/plain', spokenVersion);
  else if (path === '') runPage(desk.tracker.runs.main.id, response);
  else throw endpointNotFound();
}

/** A name that comes several times is a list. */
function queryFields(query: URLSearchParams): Record<string, string | string[]> {
  return Object.fromEntries(
    Array.from(new Set(query.keys()), name => {
      const values = query.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}
