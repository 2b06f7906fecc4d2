/** The call by which clients list the artifacts of a run. */
import * as z from 'zod';
import { listArtifacts } from './artifactFiles.ts';
import { runArtifactFolder, runArtifactUri } from './artifactPlaces.ts';
import { optionalText } from './fields.ts';
import { route } from './route.ts';
import { runIdFields, runIdOf } from './runId.ts';

export const artifactRoutes = [
  route(
    'GET',
    'artifacts/list',
    z.object({ ...runIdFields, path: optionalText }),
    async (tracker, fields) => {
      const run = tracker.run(runIdOf(fields));
      return {
        root_uri: runArtifactUri(tracker, run),
        files: await listArtifacts(runArtifactFolder(tracker, run), fields.path ?? '', 'from-root'),
      };
    },
  ),
];
