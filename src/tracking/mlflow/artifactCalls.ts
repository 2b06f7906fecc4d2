/**
 * Artifacts over HTTP (`/api/2.0/mlflow-artifacts/artifacts/…`), for programs that do not share the disk. The path says
 * whose they are: `<experiment>/<run>/artifacts/…` or `<experiment>/models/<model>/artifacts/…`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { systemErrorCode, errorText } from '../../base/systemError.ts';
import { deleteArtifact, listArtifacts, receiveArtifact, sendArtifact } from './artifactFiles.ts';
import { artifactParts } from './artifactPath.ts';
import { modelFolder, runArtifactFolder } from './artifactPlaces.ts';
import type { MediaFollower } from './mediaFollower.ts';
import { endpointNotFound, invalidValue, MlflowProblem } from './mlflowProblem.ts';
import { replyJson } from './reply.ts';
import type { Tracker } from './tracker.ts';
import type { MlflowRun } from './trackingState.ts';

interface Place {
  readonly folder: string;
  /** Below the folder. */
  readonly path: string;
  readonly run?: MlflowRun | undefined;
}

/** @param encoded What stands behind `artifacts/` in the URL; empty for the call that lists. */
export async function answerArtifactCall(
  desk: { readonly tracker: Tracker; readonly media: MediaFollower },
  request: IncomingMessage,
  response: ServerResponse,
  encoded: string,
  query: URLSearchParams,
): Promise<void> {
  const { tracker } = desk;
  const { method } = request;
  if (encoded === '' && method === 'GET') {
    const place = placeOf(tracker, query.get('path') ?? '');
    replyJson(response, 200, { files: await listArtifacts(place.folder, place.path, 'from-path') });
    return;
  }
  const place = placeOf(tracker, decoded(encoded));
  switch (method) {
    case 'GET':
      await sendArtifact(place.folder, place.path, response);
      break;
    case 'PUT': {
      try {
        const path = await receiveArtifact(place.folder, place.path, request);
        if (place.run !== undefined) desk.media.received(place.run, path);
      } catch (error) {
        if (error instanceof MlflowProblem || systemErrorCode(error) === undefined || !request.complete)
          throw error;
        tracker.onProblem(`The artifact ${place.path} could not be kept: ${errorText(error)}`);
      }
      replyJson(response, 200, {});
      break;
    }
    case 'DELETE':
      await deleteArtifact(place.folder, place.path);
      replyJson(response, 200, {});
      break;
    default:
      throw endpointNotFound();
  }
}

/** What belongs to nobody known lies with the run itself. */
function placeOf(tracker: Tracker, path: string): Place {
  const parts = artifactParts(path);
  for (const [index, part] of parts.entries()) {
    if (parts[index + 1] !== 'artifacts') continue;
    const rest = parts.slice(index + 2).join('/');
    const run = tracker.state.runs.get(part);
    if (run !== undefined) return { folder: runArtifactFolder(tracker, run), path: rest, run };
    const model = parts[index - 1] === 'models' ? tracker.state.models.get(part) : undefined;
    if (model !== undefined) return { folder: modelFolder(tracker, model), path: rest };
  }
  return { folder: tracker.runs.main.paths.artifacts, path: parts.join('/') };
}

function decoded(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalidValue('Invalid path');
  }
}
